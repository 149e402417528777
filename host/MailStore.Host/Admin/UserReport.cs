namespace MailStore.Host.Admin;

/// <summary>What would happen to a mail for an address: <c>user test</c>, and the long form of <c>user show</c>.</summary>
internal sealed record UserReport
{
    public required string Address { get; init; }

    public required string Name { get; init; }

    public string? Detail { get; init; }

    /// <summary>The reply that RCPT would get.</summary>
    public required string Reply { get; init; }

    /// <summary>The reply's code, for the exit code.</summary>
    public required int Code { get; init; }

    public UserView? User { get; init; }

    public string? MdaFrom { get; init; }

    /// <summary>What the MDA says: ready, incomplete (what is missing), invalid (why).</summary>
    public string? Verdict { get; init; }

    public IReadOnlyList<SettingView> Settings { get; init; } = [];

    public string? Usage { get; init; }
}
