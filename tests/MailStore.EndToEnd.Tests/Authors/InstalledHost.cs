using System.Diagnostics;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.Authors;

/// <summary>The program as it is installed: published, with a modules.d of its own beside it.</summary>
internal sealed class InstalledHost : IDisposable
{
    private InstalledHost() => Directory = System.IO.Directory.CreateTempSubdirectory("mailstore-installed-").FullName;

    public string Directory { get; }

    public string Modules => Path.Combine(Directory, "modules.d");

    public static async Task<InstalledHost> InstallAsync()
    {
        var host = new InstalledHost();
        (await DotNet.RunAsync(
            RepositoryRoot.Path, new Dictionary<string, string>(),
            "dotnet", "publish", "host/MailStore.Host", "-c", MailStoreProgram.Configuration, "--no-build", "-o", host.Directory, "--nologo")).Succeeded();
        foreach (var plugin in System.IO.Directory.GetDirectories(MailStoreProgram.ModulesDirectory))
            TestPlace.CopyFolder(plugin, Path.Combine(host.Modules, Path.GetFileName(plugin)));
        return host;
    }

    public ProcessStartInfo StartInfo(TestPlace place, params string[] arguments)
    {
        var info = MailStoreProgram.StartInfo(place.Directory, arguments);
        info.FileName = Path.Combine(Directory, "mailstore");
        return info;
    }

    public async Task<CommandResult> RunAsync(TestPlace place, params string[] arguments)
    {
        using var process = Process.Start(StartInfo(place, arguments))!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        await process.WaitForExitAsync(patience.Token);
        return new CommandResult(process.ExitCode, await output, await errors);
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);
}
