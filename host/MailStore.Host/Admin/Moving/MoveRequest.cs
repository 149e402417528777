namespace MailStore.Host.Admin.Moving;

/// <summary>What <c>user move</c> asks for, for one user.</summary>
internal sealed record MoveRequest
{
    public required string Name { get; init; }

    /// <summary>The instance of the MDA; null for the user's own.</summary>
    public string? Mda { get; init; }

    /// <summary>Settings to force on him from then on, as <c>path</c>.</summary>
    public Dictionary<string, string> Settings { get; init; } = [];

    /// <summary>Settings of his to drop.</summary>
    public List<string> Unset { get; init; } = [];

    public bool KeepOld { get; init; }

    public bool AllowLoss { get; init; }

    /// <summary>Whether he is to go back, or to stay.</summary>
    public bool Abort { get; init; }

    /// <summary>Whether whoever asks runs a command at the switch, and then says so.</summary>
    public bool HasHook { get; init; }

    /// <summary>Only tell what would be moved.</summary>
    public bool IsDry { get; init; }

    /// <summary>Bytes a second at most; null for no limit.</summary>
    public long? Rate { get; init; }
}
