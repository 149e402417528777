using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MailStore.Sdk;

namespace MailStore.Mbox;

/// <summary>The options of <c>[mda.mbox]</c>.</summary>
public sealed class MboxOptions
{
    /// <summary>Where users get their files.</summary>
    [Required]
    [UserSetting(AtAllocation = true)]
    [Description("Where a user gets his file: a path with the placeholders {user} {local} {domain} {hash:N}. The directory before the first placeholder is the root; it is made once if it lies below data_dir, and never on delivery.")]
    public string Path { get; set; } = "mbox/{domain}/{local}";

    /// <summary>The most that a mailbox may hold, in bytes.</summary>
    [UserSetting]
    [Description("The most that a mailbox may hold, in bytes, as 1G. 0 or absent: no limit.")]
    public ByteSize? Quota { get; set; }

    /// <summary>The most that a mailbox may hold, in mails.</summary>
    [UserSetting]
    [Range(0, int.MaxValue)]
    [Description("The most that a mailbox may hold, in mails. 0 or absent: no limit.")]
    public long? QuotaCount { get; set; }

    /// <summary>How files are locked.</summary>
    [Required, MinLength(1)]
    [Description("How a file is locked, in this order: fcntl, dotlock. All programs that use the files must have one of them in common; Debian's have both.")]
    public List<MboxLock> Locks { get; set; } = [MboxLock.Fcntl, MboxLock.Dotlock];

    /// <summary>How long a mail waits for the locks of other programs.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    [Description("How long a mail waits for other programs to let go of a file; then the mail server is told to try again. Less than call_timeout of [modules].")]
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The age at which a lock file counts as left behind.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "1.00:00:00")]
    [Description("A lock file that is older was left behind by a program that died, and is removed. One whose process on this machine is gone is removed at once.")]
    public TimeSpan StaleLockAge { get; set; } = TimeSpan.FromMinutes(5);
}
