using MailStore.Host.Configuration;
using MailStore.Host.Systemd;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Commands;

/// <summary>
/// What SIGHUP does: certificates and log level are read anew. All else is read at the start; what differs there is named in the log, and waits for a restart.
/// </summary>
internal sealed class Reload(CommandContext context, HostConfiguration started, MailServer server, LogLevelSwitch level, ServiceManager manager, ILogger logger)
{
    private readonly Lock _turn = new();

    public void Run()
    {
        lock (_turn)
        {
            manager.Reloading();
            server.ReloadCertificates();
            var configuration = context.ReadConfiguration();
            if (configuration.Mistakes.Count > 0)
            {
                ServeLog.NotReloaded(logger, string.Join("; ", configuration.Mistakes));
            }
            else
            {
                level.Level = context.LogLevelOf(configuration);
                var waiting = ConfigurationDifference.Between(started.Root, configuration.Root).Where(key => key != "[log] level").ToList();
                ServeLog.Reloaded(logger, level.Level, waiting.Count == 0 ? "nothing else has changed" : $"{string.Join(", ", waiting)} changed, and wait for a restart");
            }

            manager.Reloaded("serving");
        }
    }
}
