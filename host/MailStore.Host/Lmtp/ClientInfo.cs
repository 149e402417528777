using System.Net;
using Microsoft.AspNetCore.Connections;

namespace MailStore.Host.Lmtp;

/// <summary>Who is at the other end.</summary>
/// <param name="ConnectionId">Kestrel's name for the connection, for the log.</param>
/// <param name="Address">For Received: an IP address, or <c>local</c> for a Unix socket.</param>
internal sealed record ClientInfo(string ConnectionId, string Address)
{
    public static ClientInfo Of(ConnectionContext connection) =>
        new(connection.ConnectionId, connection.RemoteEndPoint is IPEndPoint { Address: var address } ? TextOf(address) : "local");

    private static string TextOf(IPAddress address) => (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
}
