using System.ComponentModel;
using MailStore.Sdk;

namespace MailStore.Host.Configuration;

/// <summary>The table <c>[delivery]</c>.</summary>
internal sealed class DeliveryOptions
{
    [Description("treat Alice@ and alice@ as two users; else local parts are taken in lower case")]
    public bool CaseSensitiveLocalParts { get; set; }

    [Description("what the MTA is told when a user's quota is full: temporary (452, it tries again) or permanent (552, it bounces)")]
    public OverQuotaReply OverQuota { get; set; } = OverQuotaReply.Temporary;

    [Description("mails up to this size are kept in memory while they are delivered; larger ones in a file of the data directory")]
    public ByteSize MemoryPerMail { get; set; } = ByteSize.Parse("1M");
}

/// <summary>See <see cref="DeliveryOptions.OverQuota"/>.</summary>
internal enum OverQuotaReply
{
    Temporary,
    Permanent,
}
