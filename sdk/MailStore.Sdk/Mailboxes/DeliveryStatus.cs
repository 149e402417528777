namespace MailStore.Sdk;

/// <summary>What a delivery can come to. The MTA is told the reply of RFC 3463 that stands behind each.</summary>
public enum DeliveryStatus
{
    /// <summary>Stored and durable: 250 2.0.0.</summary>
    Stored,

    /// <summary>
    /// The mailbox has no room by its quota: 452 4.2.2, or 552 5.2.2 where so configured. However many mails come at once on one host, together they
    /// never exceed it; a mail that was refused or not stored takes no room.
    /// </summary>
    OverQuota,

    /// <summary>The mail is larger than this mailbox ever takes: 552 5.3.4.</summary>
    TooLarge,

    /// <summary>The storage has no room: 452 4.3.1.</summary>
    StorageFull,

    /// <summary>The storage does not serve now: 451 4.3.0.</summary>
    TemporaryFailure,
}
