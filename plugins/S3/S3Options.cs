using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MailStore.Sdk;

namespace MailStore.S3;

/// <summary>The options of <c>[mda.s3]</c>.</summary>
public sealed class S3Options
{
    /// <summary>The bucket.</summary>
    [Required]
    [UserSetting(AtAllocation = true)]
    [Description("The bucket that new users get their place in; it must be there already. A user keeps the one that he was allocated in.")]
    public string Bucket { get; set; } = "mailstore";

    /// <summary>Where in the bucket users get their places.</summary>
    [Required]
    [UserSetting(AtAllocation = true)]
    [Description("Where in the bucket a user gets his place: a key with the placeholders {user} {local} {domain} {hash:N}. The version of his record is put behind it, so that a name that is added again starts empty.")]
    public string Prefix { get; set; } = "mail/{domain}/{local}";

    /// <summary>The address of the server.</summary>
    [Description("The address of the S3 server, as https://s3.example.org or http://127.0.0.1:7480; empty: Amazon's, of the region.")]
    public string Endpoint { get; set; } = "";

    /// <summary>The region.</summary>
    [Required]
    [Description("The region that requests are signed for. Most servers other than Amazon's take any.")]
    public string Region { get; set; } = "us-east-1";

    /// <summary>Whether the bucket stands in the path.</summary>
    [Description("Whether the bucket stands in the path (https://server/bucket/key) and not in the host's name (https://bucket.server/key). Absent: with an endpoint yes, at Amazon no.")]
    public bool? PathStyle { get; set; }

    /// <summary>The file with the keys.</summary>
    [Description("A file with the keys, in the form of ~/.aws/credentials, that nobody but the server's user and root may read; read anew when it changes. Empty: the environment (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY), ~/.aws, or the machine's role, as Amazon's tools do.")]
    public string CredentialsFile { get; set; } = "";

    /// <summary>The profile in that file.</summary>
    [Description("The profile in credentials_file, or in ~/.aws where that is empty. Empty: default, or what AWS_PROFILE says.")]
    public string Profile { get; set; } = "";

    /// <summary>Encryption at rest.</summary>
    [Description("Who encrypts objects at rest: bucket (as the bucket is set), s3 (the server, SSE-S3) or kms (the server, with a key of a key management service, SSE-KMS).")]
    public Encryption Encryption { get; set; }

    /// <summary>The key for SSE-KMS.</summary>
    [Description("The id of the key for 'encryption = \"kms\"'; empty: the account's own for S3.")]
    public string KmsKey { get; set; } = "";

    /// <summary>The storage class.</summary>
    [Description("The storage class of mails, as STANDARD_IA; empty: the server's default.")]
    public string StorageClass { get; set; } = "";

    /// <summary>The size of the parts of large mails.</summary>
    [Description("Mails larger than this go up in parts of this size; from 5M (the least that S3 allows) to 1G.")]
    public ByteSize PartSize { get; set; } = new(8 << 20);

    /// <summary>Memory for uploads.</summary>
    [Description("The memory for mails that are on their way up; when it is used up, deliveries wait for each other. At least part_size.")]
    public ByteSize UploadMemory { get; set; } = new(256 << 20);

    /// <summary>How long a delivery may take.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:09:00")]
    [Description("How long a call may take with all its retries, before it counts as a temporary failure; below modules.call_timeout.")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>How long one request may take.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:09:00")]
    [Description("How long one request may take before it is tried again.")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Connections to the server.</summary>
    [Range(1, 10000)]
    [Description("At most this many connections to the server.")]
    public int MaxConnections { get; set; } = 64;

    /// <summary>Whether conditional writes are honoured.</summary>
    [Description("Whether the server honours 'If-None-Match: *': probe (it is found out at the start), yes, or no.")]
    public ConditionalWrites ConditionalWrites { get; set; }

    /// <summary>When uploads count as orphaned.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    [Description("Uploads in parts that were begun this long ago and never finished are aborted, at the start and once in an hour; 0s: never (leave it to a lifecycle rule of the bucket).")]
    public TimeSpan AbortUploadsAfter { get; set; } = TimeSpan.FromDays(1);

    /// <summary>The most that a mailbox may hold, in bytes.</summary>
    [UserSetting]
    [Description("The most that a mailbox may hold, in bytes, as 1G. 0 or absent: no limit. Exact on one host; several hosts together may exceed it by what they store within quota_refresh.")]
    public ByteSize? Quota { get; set; }

    /// <summary>The most that a mailbox may hold, in mails.</summary>
    [UserSetting]
    [Range(0, int.MaxValue)]
    [Description("The most that a mailbox may hold, in mails. 0 or absent: no limit.")]
    public long? QuotaCount { get; set; }

    /// <summary>How old a count may be.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    [Description("How old the listing may be that a host counts a mailbox by; what it stores itself is counted at once. Before a mail is refused, the mailbox is counted anew if the listing is older than 10 seconds.")]
    public TimeSpan QuotaRefresh { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>Whether details are folders.</summary>
    [UserSetting]
    [Description("Whether a mail for alice+lists@ goes to the folder 'lists'.")]
    public bool DetailFolders { get; set; }
}
