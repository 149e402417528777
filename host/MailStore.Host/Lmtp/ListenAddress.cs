using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MailStore.Host.Lmtp;

/// <summary>One entry of <c>listen</c>: <c>host:port</c>, <c>[::1]:port</c>, <c>*:port</c> or <c>unix:/path/to/socket</c>.</summary>
internal static class ListenAddress
{
    private const string UnixPrefix = "unix:";

    /// <param name="text">The entry.</param>
    /// <param name="dataDirectory">What a relative path of a socket is relative to.</param>
    /// <returns>Where to listen: one end point, or one for each address of a host name.</returns>
    /// <exception cref="ListenException">The entry cannot be understood, or the name has no address.</exception>
    public static async Task<IReadOnlyList<EndPoint>> ResolveAsync(string text, string dataDirectory, CancellationToken cancellationToken)
    {
        if (text.StartsWith(UnixPrefix, StringComparison.Ordinal))
            return [UnixEndPoint(text, Path.GetFullPath(text[UnixPrefix.Length..], Path.GetFullPath(dataDirectory)))];

        var colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            throw NotAnAddress(text);
        var host = text[..colon];
        if (host == "*")
            return [new IPEndPoint(Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any, port)];
        if (host is ['[', .., ']'])
            return IPAddress.TryParse(host.AsSpan(1, host.Length - 2), out var v6) ? [new IPEndPoint(v6, port)] : throw NotAnAddress(text);
        if (host.Contains(':', StringComparison.Ordinal))
            throw NotAnAddress(text);
        if (IPAddress.TryParse(host, out var v4))
            return [new IPEndPoint(v4, port)];
        return [.. (await LookUpAsync(text, host, cancellationToken)).Select(address => new IPEndPoint(address, port))];
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

    private static ListenException NotAnAddress(string text) =>
        new($"cannot listen on '{text}': write host:port, [::1]:port, *:port or unix:/path/to/socket");
}
