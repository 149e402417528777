using System.Net.Sockets;
using MailStore.Host.Admin;
using MailStore.Host.Configuration;
using MailStore.Host.Delivery;

namespace MailStore.Host.Commands;

/// <summary>Which parts of the server are wanted.</summary>
internal sealed record MailServerOptions(HostConfiguration Configuration)
{
    public string AdminSocket { get; init; } = AdminServer.SocketPath(Configuration.DataDirectory);

    /// <summary>Listening sockets that were handed to this process; where there are some, it opens none of its own.</summary>
    public IReadOnlyList<Socket> Inherited { get; init; } = [];

    public bool SpeakLmtp { get; init; } = true;

    public bool ServeAdmin { get; init; } = true;

    public IDeliveryWitness? Witness { get; init; }
}
