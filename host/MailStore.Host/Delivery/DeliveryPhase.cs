namespace MailStore.Host.Delivery;

/// <summary>What a delivery is at.</summary>
internal enum DeliveryPhase
{
    /// <summary>The user's record is found and parsed, and the memory of repeats asked.</summary>
    LookUp,

    /// <summary>The creator has the user allocated.</summary>
    Create,

    /// <summary>The mailbox stores the mail.</summary>
    Write,
}
