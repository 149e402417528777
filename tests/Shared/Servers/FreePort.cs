using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace MailStore.Tests.Servers;

/// <summary>Ports for servers that are told theirs, and may be stopped and started again at it.</summary>
internal static class FreePort
{
    private static readonly ConcurrentDictionary<int, bool> Taken = [];

    /// <summary>One that nobody listens at, and that was not given before. Below those that the kernel gives to clients, one of which could have it while its server is down.</summary>
    public static int Take()
    {
        while (true)
        {
            var port = Random.Shared.Next(10_000, 20_000);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                if (Taken.TryAdd(port, true))
                    return port;
            }
            catch (SocketException)
            {
                // another's
            }
        }
    }
}
