namespace MailStore.Host.Admin;

/// <summary>How it stands with a module, as <c>mailstore module list</c> tells it.</summary>
internal static class ModuleState
{
    /// <summary>It could be configured.</summary>
    public const string Available = "available";

    /// <summary>The configuration names it, and no server runs it.</summary>
    public const string Configured = "configured";

    public const string Running = "running";

    /// <summary>Its plugin cannot be used.</summary>
    public const string Refused = "refused";

    /// <summary>The server runs and calls it no more.</summary>
    public const string Faulted = "faulted";
}
