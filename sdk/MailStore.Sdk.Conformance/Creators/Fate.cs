namespace MailStore.Sdk.Conformance;

/// <summary>What becomes of one call of the <see cref="MemoryUsers"/>.</summary>
internal enum Fate
{
    /// <summary>It is done and answered.</summary>
    Done,

    /// <summary>The database is out of reach before it was done.</summary>
    NotDone,

    /// <summary>It is done, and the connection breaks before the answer.</summary>
    DoneAndLost,

    /// <summary>The connection breaks; a write is done later (<see cref="MemoryUsers.Arrive"/>), and nothing else is.</summary>
    DoneLate,
}
