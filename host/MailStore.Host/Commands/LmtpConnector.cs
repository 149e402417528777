using System.Net.Sockets;
using MailStore.Host.Configuration;
using MailStore.Sdk;

namespace MailStore.Host.Commands;

/// <summary>Finds the running server.</summary>
internal static class LmtpConnector
{
    /// <summary>Connects to an address of the configuration, on this machine: blocks for as long as the system needs for that.</summary>
    /// <returns>Null where nobody listens.</returns>
    /// <exception cref="TemporaryFailureException">Somebody listens, but this user may not connect.</exception>
    public static Socket? Connect(ListenAddress address, string dataDirectory)
    {
        var socket = address.UnixPath is null
            ? new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            if (address.ResolveUnixPath(dataDirectory) is { } path)
                socket.Connect(new UnixDomainSocketEndPoint(path));
            else
                socket.Connect(Reachable(address.Host!), address.Port);
            return socket;
        }
        catch (SocketException e)
        {
            socket.Dispose();
            if (e.SocketErrorCode is SocketError.AccessDenied)
                throw new TemporaryFailureException($"{address}: {e.Message}; give this user access by [lmtp] socket_mode and socket_group");
            return null;
        }
    }

    /// <summary>A server that listens on every address is reached on this machine.</summary>
    private static string Reachable(string host) => host switch
    {
        "0.0.0.0" or "*" => "127.0.0.1",
        "::" or "[::]" => "::1",
        _ => host,
    };
}
