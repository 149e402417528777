using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
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

    [Description("the memory for all mails that are under way; when it is used up, mails of any size go to files")]
    public ByteSize MemoryForMails { get; set; } = ByteSize.Parse("256M");

    [Description("the space for files of all mails that are under way; when it is used up, or the disk is full, mails are told 452 before they are sent")]
    public ByteSize SpoolForMails { get; set; } = ByteSize.Parse("4G");

    [Description("at most this many deliveries to one user at once: others wait up to 5 seconds for their turn, and are then told 451; 0: no limit")]
    [Range(0, 100_000)]
    public int MaxDeliveriesPerUser { get; set; } = 10;
}

/// <summary>See <see cref="DeliveryOptions.OverQuota"/>.</summary>
internal enum OverQuotaReply
{
    Temporary,
    Permanent,
}
