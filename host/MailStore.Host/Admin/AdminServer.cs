using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Admin;

/// <summary>
/// HTTP over a Unix socket of mode 0600: whoever may write to the data directory may administrate. It is all that the other commands use.
/// </summary>
internal sealed class AdminServer : IAsyncDisposable
{
    /// <summary>The kernel's limit for the path of a Unix socket (unix(7)), without the final NUL.</summary>
    private const int MaxSocketPath = 107;

    private readonly WebApplication _application;
    private readonly string _socket;

    private AdminServer(WebApplication application, string socket)
    {
        _application = application;
        _socket = socket;
    }

    public static string SocketPath(string dataDirectory) => Path.Combine(dataDirectory, "admin.sock");

    /// <summary>Makes all that needs no modules; touches no disk. It takes a tenth of a start, and may be done beside other things.</summary>
    /// <param name="socket">Where it is to listen.</param>
    /// <returns>To be handed to <see cref="StartAsync"/>, or disposed.</returns>
    public static WebApplication Prepare(string socket, ILoggerFactory loggerFactory)
    {
        if (System.Text.Encoding.UTF8.GetByteCount(socket) > MaxSocketPath)
            throw new AdminException(ExitCode.Configuration, $"the path {socket} is longer than {MaxSocketPath} bytes, the limit for a socket; choose a shorter data_dir");
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddSingleton(loggerFactory);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // an import may be long; the socket is the administrator's own
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.ListenUnixSocket(socket, listen => listen.Protocols = HttpProtocols.Http1);
        });
        return builder.Build();
    }

    /// <param name="application">Prepared for this socket; owned from here on.</param>
    /// <param name="socket">Where to listen. The caller owns the data directory: what a killed server left there is removed.</param>
    public static async Task<AdminServer> StartAsync(WebApplication application, string socket, AdminApi api, CancellationToken cancellationToken)
    {
        application.Run(api.HandleAsync);
        // the socket is born with the mode that the umask leaves: nobody else may connect in between
        var umask = Umask.Set(Umask.OwnerOnly);
        try
        {
            File.Delete(socket);
            await application.StartAsync(cancellationToken);
        }
        catch
        {
            await application.DisposeAsync();
            throw;
        }
        finally
        {
            _ = Umask.Set(umask);
        }

        File.SetUnixFileMode(socket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        return new AdminServer(application, socket);
    }

    /// <summary>Whether a server answers there. A socket that a killed one left behind does not.</summary>
    public static bool IsAlive(string socket)
    {
        // no server could have bound it
        if (System.Text.Encoding.UTF8.GetByteCount(socket) > MaxSocketPath)
            return false;
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(socket));
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AccessDenied)
        {
            throw new AdminException(ExitCode.NoPermission, $"user '{Environment.UserName}' may not use {socket}; run this as the user that the server runs as");
        }
        catch (SocketException e)
        {
            // a queue that is full belongs to somebody who lives; whatever else is wrong with the place is told when it is written to
            return e.SocketErrorCode == SocketError.WouldBlock;
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        await _application.StopAsync(patience.Token);
        await _application.DisposeAsync();
        File.Delete(_socket);
    }

    /// <summary>Signals are the command's business.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
