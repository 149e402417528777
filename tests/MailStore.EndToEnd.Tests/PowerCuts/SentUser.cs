namespace MailStore.EndToEnd.Tests.PowerCuts;

/// <summary>A user as he was added.</summary>
internal sealed record SentUser(string Name, string Quota)
{
    /// <summary>Whether the administrator was told that he is there.</summary>
    public bool IsAcknowledged { get; set; }

    /// <summary>Whether he was found to be wrong, and counted.</summary>
    public bool IsCounted { get; set; }
}
