namespace MailStore.Host.Admin.Doctoring;

/// <summary>Kinds of findings of the host's own: in records and configuration.</summary>
internal static class RecordKind
{
    /// <summary>The allocation is of an MDA instance that is not configured.</summary>
    public const string UnknownMda = "unknown-mda";

    /// <summary>The MDA rejects the record: its settings, or the form or the values of its allocation.</summary>
    public const string InvalidRecord = "invalid-record";

    /// <summary>An alias to nobody, or in a circle.</summary>
    public const string BrokenAlias = "broken-alias";

    /// <summary>A domain's catch-all leads nowhere.</summary>
    public const string BrokenCatchAll = "broken-catch-all";

    /// <summary>A user is on his way to another place, and nobody moves him at this moment.</summary>
    public const string UnfinishedMove = "unfinished-move";

    /// <summary>The storage could not be looked at.</summary>
    public const string Unreachable = "unreachable";
}
