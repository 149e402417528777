using MailStore.Host.Admin;
using MailStore.Host.Configuration;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Commands;

/// <summary>
/// The way of all commands to users and mail: the admin socket of the running server; when none runs, this process opens the database and
/// serves a socket of its own for as long as the command takes. So there is one way, whether a server runs or not.
/// </summary>
internal sealed class AdminConnection : IAsyncDisposable
{
    private readonly MailServer? _own;
    private readonly DirectoryInfo? _folder;
    private readonly ILoggerFactory _loggerFactory;

    private AdminConnection(AdminClient client, MailServer? own, DirectoryInfo? folder, ILoggerFactory loggerFactory)
    {
        Client = client;
        _own = own;
        _folder = folder;
        _loggerFactory = loggerFactory;
    }

    public AdminClient Client { get; }

    /// <summary>Whether a server runs and answers; else this process is its own.</summary>
    public bool IsRemote => _own is null;

    public static async Task<AdminConnection> OpenAsync(HostConfiguration configuration, ILoggerFactory loggerFactory, CancellationToken cancellationToken)
    {
        var socket = AdminServer.SocketPath(configuration.DataDirectory);
        // a file with mistakes still says where the running server is
        if (AdminServer.IsAlive(socket))
            return new AdminConnection(new AdminClient(socket), null, null, loggerFactory);

        // not in the data directory: its path may be long, and a server that starts meanwhile wants that place
        var folder = Directory.CreateTempSubdirectory("mailstore-");
        // also when the command is ended in the middle
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Remove(folder);
        try
        {
            var own = Path.Combine(folder.FullName, "admin.sock");
            var server = await MailServer.StartAsync(new MailServerOptions(configuration) { AdminSocket = own, SpeakLmtp = false }, loggerFactory, TimeProvider.System, cancellationToken);
            return new AdminConnection(new AdminClient(own), server, folder, loggerFactory);
        }
        catch
        {
            Remove(folder);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_own is not null)
            await _own.DisposeAsync();
        if (_folder is not null)
            Remove(_folder);
        _loggerFactory.Dispose();
    }

    private static void Remove(DirectoryInfo folder)
    {
        try
        {
            folder.Delete(recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // gone already
        }
    }
}
