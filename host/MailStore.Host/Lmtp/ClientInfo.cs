using System.Net;
using MailStore.Host.Delivery;
using Microsoft.AspNetCore.Connections;

namespace MailStore.Host.Lmtp;

/// <summary>Who is at the other end.</summary>
/// <param name="ConnectionId">Kestrel's name for the connection, for the log.</param>
/// <param name="Peer">The address; null for a Unix socket.</param>
/// <param name="Address">For Received: an IP address, <c>local</c> for a Unix socket, or what XCLIENT said.</param>
internal sealed record ClientInfo(string ConnectionId, IPAddress? Peer, string Address)
{
    /// <summary>What the client called itself, by XCLIENT; then LHLO does not change it.</summary>
    public string? Helo { get; private init; }

    public static ClientInfo Of(ConnectionContext connection)
    {
        var peer = connection.RemoteEndPoint is IPEndPoint { Address: var address } ? address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address : null;
        return new ClientInfo(connection.ConnectionId, peer, peer?.ToString() ?? "local");
    }

    /// <summary>The peer speaks for another client, and stays who it is where it is asked what it may do.</summary>
    public ClientInfo SpeakingFor(ForwardedClient other)
    {
        var address = other.Address ?? Address;
        return this with { Address = other.Name is null ? address : $"{other.Name} [{address}]", Helo = other.Helo ?? Helo };
    }
}
