namespace MailStore.Host.Commands;

/// <summary>See <see cref="PinResult"/>.</summary>
internal enum PinState
{
    /// <summary>It is pinned now to what it is.</summary>
    Pinned,

    /// <summary>It is what it was pinned to.</summary>
    Unchanged,

    /// <summary>It is not what it is pinned to.</summary>
    Differs,

    /// <summary>It is not pinned any more.</summary>
    Removed,

    /// <summary>It cannot be used, and so was not pinned.</summary>
    Refused,
}
