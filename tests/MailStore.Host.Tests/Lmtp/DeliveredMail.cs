using System.Text;
using MailStore.Host.Delivery;

namespace MailStore.Host.Tests.Lmtp;

/// <summary>A mail that came to <see cref="FakeDelivery"/>.</summary>
internal sealed record DeliveredMail(MailEnvelope Envelope, IReadOnlyList<string> Recipients, byte[] Content)
{
    public bool IsBinary { get; init; }

    public IReadOnlyList<string?> OriginalsByDsn { get; init; } = [];

    public string Text => Encoding.Latin1.GetString(Content);
}
