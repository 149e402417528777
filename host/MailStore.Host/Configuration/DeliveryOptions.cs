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

    [Description("how long a stored mail is remembered by its MTA's queue id: sent again since the reply was lost, it is not stored twice; \"0s\": not at all")]
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan RepeatWindow { get; set; } = TimeSpan.FromHours(2);

    [Description("how many stored mails are remembered at most, at about 50 bytes each; the oldest are forgotten first")]
    [Range(1000, 100_000_000)]
    public int RepeatMemory { get; set; } = 1_000_000;

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
