using MailStore.Host.Configuration;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Commands;

/// <summary>
/// Ends the server for an exception that escaped, in order, as SIGTERM does, but with an exit code on which its supervisor starts it again. What is of the host itself
/// always does so; what is of a module does as configured.
/// </summary>
/// <param name="stop">Ends the server.</param>
internal sealed class EndByFault(CancellationTokenSource stop, ILogger logger, UnhandledExceptionPolicy ofModules)
{
    private int _heard;

    /// <summary>How the server is to end; null as long as it is not this that ends it.</summary>
    public int? ExitCode => Volatile.Read(ref _heard) == 0 ? null : Admin.ExitCode.Software;

    /// <summary>See <see cref="UnhandledExceptions.Then"/>.</summary>
    public void Hear(bool ofModule)
    {
        if ((ofModule && ofModules == UnhandledExceptionPolicy.Continue) || Interlocked.Exchange(ref _heard, 1) != 0)
            return;
        try
        {
            ServeLog.EndsForFault(logger, Admin.ExitCode.Software);
            // elsewhere: this thread is in the middle of its throw, and the end must not be carried out in there
            _ = stop.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // the server has ended by itself
        }
    }
}
