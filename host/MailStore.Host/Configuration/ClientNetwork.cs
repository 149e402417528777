using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace MailStore.Host.Configuration;

/// <summary>Clients that the administrator names: an IP address, a network (<c>192.0.2.0/24</c>), or <c>unix</c> for those of Unix sockets.</summary>
/// <param name="Network">Null for Unix sockets.</param>
internal sealed record ClientNetwork(IPNetwork? Network)
{
    private const string Unix = "unix";

    public static bool TryParse(string text, [NotNullWhen(true)] out ClientNetwork? network)
    {
        network = null;
        if (text == Unix)
            network = new ClientNetwork((IPNetwork?)null);
        else if (IPNetwork.TryParse(text, out var parsed))
            network = new ClientNetwork(parsed);
        else if (!text.Contains('/', StringComparison.Ordinal) && IPAddress.TryParse(text, out var address))
            network = new ClientNetwork(new IPNetwork(address, address.GetAddressBytes().Length * 8));
        return network is not null;
    }

    /// <param name="address">Null for a client of a Unix socket.</param>
    public bool Holds(IPAddress? address) => address is null ? Network is null : Network is { } network && network.Contains(address);
}
