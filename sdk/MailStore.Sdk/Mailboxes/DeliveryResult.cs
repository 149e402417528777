namespace MailStore.Sdk;

/// <summary>What became of one mail for one mailbox. Immutable. Made by the factories only, so that it can grow.</summary>
public sealed class DeliveryResult
{
    private DeliveryResult(DeliveryStatus status, string detail)
    {
        Status = status;
        Detail = detail;
    }

    /// <summary>The kind of outcome.</summary>
    public DeliveryStatus Status { get; }

    /// <summary>For the log: what happened, where, what to do. Empty when stored. Never the contents of a mail.</summary>
    public string Detail { get; }

    /// <summary>When stored: the id by which the mailbox knows the mail, as <see cref="StoredMail.Id"/>; for Maildir the file's name. Otherwise null.</summary>
    public string? StoredId { get; private init; }

    /// <summary>When stored: the folder that was used; null for the inbox.</summary>
    public string? Folder { get; private init; }

    /// <summary>
    /// When stored: how long of the call was spent waiting for the mail to be durable (fsync, commit), for the log of deliveries. Zero where the mailbox does not tell;
    /// the host then counts it as writing.
    /// </summary>
    public TimeSpan SyncTime { get; private init; }

    /// <summary>Stored and durable.</summary>
    /// <param name="storedId">The id by which the mailbox knows the mail.</param>
    /// <param name="folder">The folder that was used; null for the inbox.</param>
    public static DeliveryResult Stored(string storedId, string? folder = null) =>
        new(DeliveryStatus.Stored, "") { StoredId = storedId, Folder = folder };

    /// <summary>Stored and durable, and how long the latter took.</summary>
    /// <param name="storedId">The id by which the mailbox knows the mail.</param>
    /// <param name="folder">The folder that was used; null for the inbox.</param>
    /// <param name="syncTime">As <see cref="SyncTime"/>; with a flush that many mails share, what this one waited for it.</param>
    public static DeliveryResult Stored(string storedId, string? folder, TimeSpan syncTime) =>
        new(DeliveryStatus.Stored, "") { StoredId = storedId, Folder = folder, SyncTime = syncTime };

    /// <summary>The user's quota leaves no room for it.</summary>
    /// <param name="detail">Usage and limit.</param>
    public static DeliveryResult OverQuota(string detail) => new(DeliveryStatus.OverQuota, detail);

    /// <summary>It is larger than this mailbox ever takes.</summary>
    /// <param name="detail">Size and limit.</param>
    public static DeliveryResult TooLarge(string detail) => new(DeliveryStatus.TooLarge, detail);

    /// <summary>The storage has no room.</summary>
    /// <param name="detail">Where, and the system's error.</param>
    public static DeliveryResult StorageFull(string detail) => new(DeliveryStatus.StorageFull, detail);

    /// <summary>The storage does not serve now.</summary>
    /// <param name="detail">What happened, where, what to do.</param>
    public static DeliveryResult TemporaryFailure(string detail) => new(DeliveryStatus.TemporaryFailure, detail);

    /// <summary>Status and detail, for logs.</summary>
    public override string ToString() => Status == DeliveryStatus.Stored ? $"Stored {StoredId}" : $"{Status}: {Detail}";
}
