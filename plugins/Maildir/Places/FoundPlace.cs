namespace MailStore.Maildir.Places;

/// <summary>What was found where a user's Maildir is to be: one of its nested records.</summary>
internal abstract record FoundPlace(string Home)
{
    /// <summary>Nothing: it can be made here.</summary>
    public sealed record Free(string Home) : FoundPlace(Home);

    /// <summary>Another attempt for the same life of the user has made it.</summary>
    public sealed record Shared(string Home, Owner Owner) : FoundPlace(Home);

    /// <summary>A directory without an owner, which the administrator wants used.</summary>
    public sealed record Ownerless(string Home, Ownership Ids) : FoundPlace(Home);

    /// <summary>Made for an earlier version of the same user's record, and never used.</summary>
    public sealed record Stale(string Home, Owner Owner) : FoundPlace(Home);
}
