using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MailStore.Sdk;

namespace MailStore.Maildir;

/// <summary>The options of <c>[mda.maildir]</c>.</summary>
public sealed class MaildirOptions
{
    /// <summary>Where users get their Maildirs.</summary>
    [Required]
    [UserSetting(AtAllocation = true)]
    [Description("Where a user gets his Maildir: a path with the placeholders {user} {local} {domain} {hash:N}, and '/.{detail}' at its end for a folder for each detail. The directory before the first placeholder is the root; it is made once if it lies below data_dir, and never on delivery.")]
    public string Path { get; set; } = "mail/{domain}/{local}";

    /// <summary>The most that a mailbox may hold, in bytes.</summary>
    [UserSetting]
    [Description("The most that a mailbox may hold, in bytes, as 1G; Trash is not counted. 0 or absent: no limit.")]
    public ByteSize? Quota { get; set; }

    /// <summary>The most that a mailbox may hold, in mails.</summary>
    [UserSetting]
    [Range(0, int.MaxValue)]
    [Description("The most that a mailbox may hold, in mails; Trash is not counted. 0 or absent: no limit.")]
    public long? QuotaCount { get; set; }

    /// <summary>The first uid to give to a user.</summary>
    [Range(1d, 4294967294d)]
    [Description("The first uid to give to users, each his own, counted on by the user database; needs root. Equal to last_uid: all users share that uid. Absent: files belong to the uid of the server.")]
    public long? FirstUid { get; set; }

    /// <summary>The last uid to give to a user.</summary>
    [Range(1d, 4294967294d)]
    [Description("The last uid to give to users.")]
    public long? LastUid { get; set; }

    /// <summary>The group of all users' files.</summary>
    [Range(1d, 4294967294d)]
    [Description("The gid of all users' files. Absent: the same number as the uid.")]
    public long? Gid { get; set; }

    /// <summary>How mails are made durable.</summary>
    [Description("How a mail is made durable before it is acknowledged: direct: its file and its directory are synced; journal: it is written into a journal below data_dir, one sync for all that come at once, and files and directories are synced seconds later. The journal wants ext4 (with its own journal) or xfs, and data_dir on the file system of the mail. auto: journal where that is so and there is room for its 128 MB, else direct; the log says which.")]
    public Durability Durability { get; set; } = Durability.Auto;
}
