using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MailStore.Sdk;

namespace MailStore.LiteDb.Mails;

/// <summary>The table <c>[mda.litedb]</c>.</summary>
internal sealed class LiteDbAgentOptions
{
    [Required]
    [UserSetting(AtAllocation = true)]
    [Description("where a user's mail goes: a path that ends in .db, with the placeholders {user} {local} {domain} {hash:N} for a file a user, or without for one file for all; the directory before the first placeholder is the root, which is made once if it lies below data_dir, and never on delivery")]
    public string Path { get; set; } = "litedb/{domain}/{local}.db";

    [UserSetting]
    [Description("the most that a mailbox may hold, in bytes, as 1G; 0 or absent: no limit")]
    public ByteSize? Quota { get; set; }

    [UserSetting]
    [Range(0, int.MaxValue)]
    [Description("the most that a mailbox may hold, in mails; 0 or absent: no limit")]
    public long? QuotaCount { get; set; }

    [UserSetting]
    [Description("whether mail for user+lists@… goes to the folder 'lists' of the user")]
    public bool DetailFolders { get; set; }

    [Description("larger mails are refused (552); a mail takes ten times its size in memory and more while it is stored; up to 512M")]
    public ByteSize MaxMailSize { get; set; } = new(64 << 20);

    [Description("the memory for mails that wait to be stored, as they came; when it is used up, deliveries wait for each other; at least max_mail_size")]
    public ByteSize MailMemory { get; set; } = new(64 << 20);

    [Description("how many files are open at once at most; an open one takes two descriptors and some 2 MB; beyond that the one that was used the longest ago is closed")]
    [Range(32, 100_000)]
    public int MaxOpenFiles { get; set; } = 64;

    [Description("how long a file stays open after its last use; a closed one has no journal, and can be copied")]
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan CloseAfter { get; set; } = TimeSpan.FromMinutes(1);
}
