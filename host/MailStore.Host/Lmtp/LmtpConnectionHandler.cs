using Microsoft.AspNetCore.Connections;

namespace MailStore.Host.Lmtp;

/// <summary>Serves each connection that Kestrel accepts. Kestrel logs what it throws, and closes the connection.</summary>
internal sealed class LmtpConnectionHandler(LmtpService service) : ConnectionHandler
{
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var client = ClientInfo.Of(connection);
        LmtpLog.Connected(service.Logger, client.ConnectionId, client.Address);
        await using var channel = new LmtpChannel(connection, service.Clock, service.Limits);
        if (service.Connections.TryEnter(client.Peer) is { } refusal)
        {
            service.LogRefusal(client, refusal);
            channel.Write(refusal);
            await channel.FlushAsync();
            return;
        }

        service.Watchdog.Add(channel);
        try
        {
            await new LmtpSession(channel, service, client).RunAsync();
        }
        finally
        {
            service.Watchdog.Remove(channel);
            service.Connections.Leave(client.Peer);
            channel.Deadline?.Dispose();
        }

        LmtpLog.Closed(service.Logger, client.ConnectionId);
    }
}
