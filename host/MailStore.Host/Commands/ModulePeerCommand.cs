using System.CommandLine;
using System.Diagnostics;
using MailStore.Host.Admin;
using MailStore.Host.Configuration;
using MailStore.Host.Modules;
using MailStore.Host.Verification;
using MailStore.Sdk;
using MailStore.Sdk.Conformance;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Commands;

/// <summary>
/// <c>mailstore module peer</c>, not shown: the second process of the cases of <c>module verify</c> that kill or freeze one. Opens a user database at a place and does
/// what it is told on standard input.
/// </summary>
internal static class ModulePeerCommand
{
    private static readonly Argument<string> Plugin = new("PATH");
    private static readonly Argument<string> Module = new("MODULE");
    private static readonly Argument<string> Instance = new("INSTANCE");
    private static readonly Argument<string> Place = new("DATA_DIR");

    public static Command Build()
    {
        var command = new Command("peer", "The second process of 'module verify'") { Plugin, Module, Instance, Place };
        command.Hidden = true;
        command.SetAction(RunAsync);
        return command;
    }

    /// <summary>How this program is started once more for a place.</summary>
    public static ProcessStartInfo Describe(HostConfiguration configuration, VerifyTarget target, ModuleContext place)
    {
        var own = Environment.ProcessPath!;
        var start = new ProcessStartInfo(own) { RedirectStandardInput = true, RedirectStandardOutput = true };
        // 'dotnet mailstore.dll'
        if (Path.GetFileNameWithoutExtension(own) == "dotnet")
            start.ArgumentList.Add(typeof(ModulePeerCommand).Assembly.Location);
        foreach (var argument in (string[])["module", "peer", target.Plugin.Path, target.Module.Name, target.Section.Instance, place.DataDirectory])
            start.ArgumentList.Add(argument);
        if (configuration.File is { } file)
        {
            start.ArgumentList.Add(GlobalOptions.Config.Name);
            start.ArgumentList.Add(file);
        }

        return start;
    }

    private static async Task<int> RunAsync(System.CommandLine.ParseResult arguments, CancellationToken cancellationToken)
    {
        var context = new CommandContext(arguments);
        var configuration = context.ReadConfiguration();
        var path = arguments.GetRequiredValue(Plugin);
        // of its folder, with all that lies there, unless it shares that with others
        var folder = PluginDiscovery.InspectAt(Path.GetDirectoryName(path)!);
        var plugin = folder.Path == path ? folder : PluginDiscovery.InspectAt(path);
        var name = arguments.GetRequiredValue(Module);
        var instance = arguments.GetRequiredValue(Instance);
        var module = plugin.Find(ModuleKind.Userdb, name)
            ?? throw new AdminException(ExitCode.DataError, $"{path} has no userdb '{name}'");
        var section = configuration.Modules.Concat(configuration.UnusedModules).FirstOrDefault(section => section.Kind == ModuleKind.Userdb && section.Instance == instance)
            ?? new ModuleSection(ModuleKind.Userdb, instance, name, null, null);

        using var log = context.CreateLog(LogLevel.None);
        using var store = new PluginStore(RunFolder.CreateTemporary(), log.CreateLogger("MailStore.Modules"));
        var mistakes = new List<Mistake>();
        var loaded = VerifiedPlugin.Load(store, plugin, module, section, log, mistakes)
            ?? throw new AdminException(ExitCode.Failed, string.Join('\n', mistakes));
        await using var opened = await loaded.OpenAsync<IUserDatabase>(new ModuleContext(instance, arguments.GetRequiredValue(Place)));
        await opened.StartAsync(cancellationToken);
        await UserDatabasePeer.ServeAsync(opened.Module, Console.In, Console.Out, cancellationToken);
        await opened.StopAsync(CancellationToken.None);
        return ExitCode.Ok;
    }
}
