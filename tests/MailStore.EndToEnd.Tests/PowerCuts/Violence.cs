namespace MailStore.EndToEnd.Tests.PowerCuts;

/// <summary>What befalls a server.</summary>
internal enum Violence
{
    /// <summary>The file system goes, with all that was not synced; then the processes.</summary>
    PowerCut,

    /// <summary>SIGKILL; what was written is there.</summary>
    Kill,
}
