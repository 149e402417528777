namespace MailStore.Host.Admin.Doctoring;

/// <summary>A line of the answer to an examination; one of its members is set.</summary>
internal sealed record DoctorLine
{
    public FindingView? Finding { get; init; }

    /// <summary>How far it has come: the users looked at so far.</summary>
    public long? Users { get; init; }

    /// <summary>What is not looked at, and why.</summary>
    public string? Note { get; init; }
}
