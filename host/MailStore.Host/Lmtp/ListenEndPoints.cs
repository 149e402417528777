using System.Net;
using System.Net.Sockets;
using MailStore.Host.Configuration;

namespace MailStore.Host.Lmtp;

/// <summary>From an entry of <c>listen</c> to the end points that a socket can be bound to.</summary>
internal static class ListenEndPoints
{
    /// <param name="text">The entry.</param>
    /// <param name="dataDirectory">What a relative path of a socket is relative to.</param>
    /// <returns>One end point, or one for each address of a host name.</returns>
    /// <exception cref="ListenException">The entry cannot be understood, or the name has no address.</exception>
    public static async Task<IReadOnlyList<EndPoint>> ResolveAsync(string text, string dataDirectory, CancellationToken cancellationToken)
    {
        if (!ListenAddress.TryParse(text, out var address, out var error))
            throw new ListenException($"cannot listen: {error}");
        if (address.ResolveUnixPath(dataDirectory) is { } path)
            return [UnixEndPoint(text, path)];
        if (address.Host == "*")
            return [new IPEndPoint(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, address.Port)];
        if (IPAddress.TryParse(address.Host, out var ip))
            return [new IPEndPoint(ip, address.Port)];
        return [.. (await LookUpAsync(text, address.Host!, cancellationToken)).Select(found => new IPEndPoint(found, address.Port))];
    }

    private static async Task<IPAddress[]> LookUpAsync(string text, string host, CancellationToken cancellationToken)
    {
        try
        {
            return await Dns.GetHostAddressesAsync(host, cancellationToken);
        }
        catch (SocketException e)
        {
            throw new ListenException($"cannot listen on {text}: the name {host} has no address ({e.Message}); write an IP address", e);
        }
    }

    private static UnixDomainSocketEndPoint UnixEndPoint(string text, string path)
    {
        try
        {
            return new UnixDomainSocketEndPoint(path);
        }
        catch (ArgumentException e)
        {
            throw new ListenException($"cannot listen on {text}: {path} is longer than the 107 bytes that the system allows; choose a shorter path", e);
        }
    }
}
