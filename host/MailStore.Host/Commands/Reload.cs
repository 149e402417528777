using MailStore.Host.Configuration;
using MailStore.Host.Systemd;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Commands;

/// <summary>
/// What SIGHUP does: certificates and log level are read anew. All else is read at the start; what differs there is named in the log, and waits for a restart.
/// </summary>
internal sealed class Reload(CommandContext context, HostConfiguration started, MailServer server, LogLevelSwitch level, ServiceManager manager, ILogger logger)
{
    /// <summary>One at a time. Whatever comes of it, the server goes on, and whoever waits for the reload is told that it is over.</summary>
    public void Run()
    {
        manager.Reloading();
        try
        {
            server.ReloadCertificates();
            Read();
        }
        // boundary of the process: an exception on the thread of a signal would end the server
        catch (Exception e)
        {
            ServeLog.ReloadFailed(logger, e);
        }
        finally
        {
            manager.Reloaded("serving");
        }
    }

    private void Read()
    {
        var configuration = context.ReadConfiguration();
        if (configuration.Mistakes.Count > 0)
        {
            ServeLog.NotReloaded(logger, string.Join("; ", configuration.Mistakes));
            return;
        }

        level.Level = context.LogLevelOf(configuration);
        var waiting = ConfigurationDifference.Between(started.Root, configuration.Root).Where(key => key != "[log] level").ToList();
        ServeLog.Reloaded(logger, level.Level, waiting.Count == 0 ? "nothing else has changed" : $"{string.Join(", ", waiting)} changed, and wait for a restart");
    }
}
