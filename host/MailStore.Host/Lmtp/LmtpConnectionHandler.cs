using Microsoft.AspNetCore.Connections;

namespace MailStore.Host.Lmtp;

/// <summary>Serves each connection that Kestrel accepts. Kestrel logs what it throws, and closes the connection.</summary>
internal sealed class LmtpConnectionHandler(LmtpService service) : ConnectionHandler
{
    public override async Task OnConnectedAsync(ConnectionContext connection)
    {
        var client = ClientInfo.Of(connection);
        LmtpLog.Connected(service.Logger, client.ConnectionId, client.Address);
        using var channel = new LmtpChannel(connection, service.Clock, service.Limits.WriteTimeout);
        service.Watchdog.Add(channel);
        try
        {
            await new LmtpSession(channel, service, client).RunAsync();
        }
        finally
        {
            service.Watchdog.Remove(channel);
        }

        LmtpLog.Closed(service.Logger, client.ConnectionId);
    }
}
