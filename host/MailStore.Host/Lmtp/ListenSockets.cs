using System.Net;
using System.Net.Sockets;
using MailStore.Host.Configuration;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Lmtp;

/// <summary>Opens the sockets that the configuration names. They listen when they come back: what is wrong is said here, in words for the administrator.</summary>
internal sealed class ListenSockets(LmtpOptions options, string dataDirectory, ILogger logger)
{
    /// <summary>As many as the system lets wait (<c>net.core.somaxconn</c>): all who come while one server ends and the next one starts.</summary>
    public const int Backlog = int.MaxValue;

    /// <exception cref="ListenException">One of them cannot be opened; then none is left open.</exception>
    public async Task<IReadOnlyList<Socket>> OpenAsync(CancellationToken cancellationToken)
    {
        var sockets = new List<Socket>();
        try
        {
            if (options.Listen.Count == 0)
                throw new ListenException("[lmtp] names no address to listen on: set listen = [\"127.0.0.1:2424\"]");
            foreach (var text in options.Listen)
                sockets.AddRange(OpenAll(text, await ListenEndPoints.ResolveAsync(text, dataDirectory, cancellationToken)));
        }
        catch
        {
            sockets.ForEach(socket => socket.Dispose());
            throw;
        }

        return sockets;
    }

    /// <summary>A name may have addresses that the machine lacks, as <c>localhost</c> has ::1 where IPv6 is off: one that serves is enough.</summary>
    private List<Socket> OpenAll(string text, IReadOnlyList<EndPoint> endPoints)
    {
        var sockets = new List<Socket>();
        try
        {
            foreach (var endPoint in endPoints)
            {
                var isLastChance = endPoint == endPoints[^1] && sockets.Count == 0;
                try
                {
                    sockets.Add(endPoint is UnixDomainSocketEndPoint unix ? OpenUnix(text, unix) : OpenTcp(text, (IPEndPoint)endPoint));
                }
                catch (ListenException e) when (e.InnerException is SocketException { SocketErrorCode: SocketError.AddressNotAvailable } && !isLastChance)
                {
                    LmtpLog.SkippedAddress(logger, e.Message);
                }
            }
        }
        catch
        {
            sockets.ForEach(socket => socket.Dispose());
            throw;
        }

        return sockets;
    }

    private Socket OpenTcp(string text, IPEndPoint endPoint)
    {
        if (!options.AllowRemote && !IPAddress.IsLoopback(endPoint.Address))
            throw new ListenException(
                $"cannot listen on {text}: others than this machine reach {endPoint.Address}, and LMTP knows no passwords; listen on 127.0.0.1 or on a Unix socket, or set allow_remote = true behind a firewall");
        try
        {
            return Listening(SocketTransportOptions.CreateDefaultBoundListenSocket(endPoint));
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            throw new ListenException($"cannot listen on {text}: {ReasonOf(e as SocketException ?? e.InnerException as SocketException, endPoint)}", e);
        }
    }

    private Socket OpenUnix(string text, UnixDomainSocketEndPoint endPoint)
    {
        var path = endPoint.ToString();
        if (UnixSocketFile.MakeWay(text, path))
            LmtpLog.TookOverSocket(logger, path);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(endPoint);
            // nobody can connect before it listens: mode and owner are right by then
            UnixSocketFile.SetAccess(text, path, options);
            return Listening(socket);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new ListenException($"cannot listen on {text}: {UnixReasonOf(e, path)}", e);
        }
        catch (ListenException)
        {
            socket.Dispose();
            throw;
        }
    }

    private static Socket Listening(Socket socket)
    {
        try
        {
            socket.Listen(Backlog);
            return socket;
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
    }

    private static string ReasonOf(SocketException? error, IPEndPoint endPoint) => error?.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse =>
            $"another program listens on port {endPoint.Port}; 'ss -ltnp sport = :{endPoint.Port}' tells which: stop it, or choose another port",
        SocketError.AddressNotAvailable => $"{endPoint.Address} is no address of this machine; 'ip address' lists those that are",
        SocketError.AccessDenied => $"port {endPoint.Port} is the system's; choose one from 1024 up",
        _ => error?.Message ?? "the system gave no reason",
    };

    private static string UnixReasonOf(SocketException error, string path) => error.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => $"{path} came to be while the server started; does another one start there?",
        SocketError.AccessDenied => $"this user may not write to {Path.GetDirectoryName(path)}; give it the right to, or choose another folder",
        _ when !Directory.Exists(Path.GetDirectoryName(path)) => $"there is no folder {Path.GetDirectoryName(path)}; make it, writable for this user",
        _ => error.Message,
    };
}
