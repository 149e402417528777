using System.CommandLine;
using System.Runtime.InteropServices;
using MailStore.Host.Admin;
using MailStore.Host.Lmtp;
using MailStore.Host.Systemd;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Commands;

/// <summary><c>mailstore serve</c></summary>
internal static class ServeCommand
{
    public const string Name = "serve";

    public static Command Build()
    {
        var command = new Command(Name, "Run the LMTP server until SIGTERM or SIGINT; SIGHUP reads certificates and log level anew");
        command.SetAction((arguments, cancellationToken) => RunAsync(new CommandContext(arguments), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var hangUp = new HangUp();

        // on another processor
        using var curtain = new CancellationTokenSource();
        var rehearsal = Environment.ProcessorCount > 1 ? Task.Run(() => Rehearsal.PlayAsync(curtain.Token), CancellationToken.None) : Task.CompletedTask;
        try
        {
            return await ServeAsync(context, stop, hangUp);
        }
        finally
        {
            await curtain.CancelAsync();
            await rehearsal;
        }

        void Stop(PosixSignalContext signal)
        {
            // not the runtime's way to end: mails under way are finished first
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    private static async Task<int> ServeAsync(CommandContext context, CancellationTokenSource stop, HangUp hangUp)
    {
        var configuration = context.ReadConfiguration();
        var level = new LogLevelSwitch(context.LogLevelOf(configuration));
        using var log = context.CreateLog(level);
        var logger = log.CreateLogger("MailStore");
        var socket = AdminServer.SocketPath(configuration.DataDirectory);
        if (configuration.Mistakes.Count == 0 && AdminServer.IsAlive(socket))
            throw new AdminException(ExitCode.Unavailable, $"a server runs in {configuration.DataDirectory} already; stop it first, or give this one a data_dir of its own");

        using var manager = ServiceManager.Connect(Environment.GetEnvironmentVariable, TimeProvider.System);
        var fault = new EndByFault(stop, logger, configuration.Options.Modules.OnUnhandledException);
        UnhandledExceptions.Then(fault.Hear);
        try
        {
            var options = new MailServerOptions(configuration) { Inherited = InheritedSockets.Take() };
            manager.Starting();
            await using var server = await MailServer.StartAsync(options, log, TimeProvider.System, stop.Token);
            var listening = string.Join(", ", server.Listening);
            ServeLog.Started(logger, ServerStatus.Version, listening, configuration.DataDirectory, configuration.File ?? "none, the defaults");
            manager.Ready($"serving on {listening}");
            hangUp.Serve(new Reload(context, configuration, server, level, manager, logger).Run);
            await Task.Delay(Timeout.Infinite, stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            hangUp.Ignore();
            manager.Stopping();
            ServeLog.Stopping(logger);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // in the middle of the start: nothing was under way yet
        }

        return fault.ExitCode ?? ExitCode.Ok;
    }
}
