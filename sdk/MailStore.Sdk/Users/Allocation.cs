using System.Collections.Immutable;

namespace MailStore.Sdk;

/// <summary>What an MDA made for a user, and needs to find again, so that mail can be delivered. Immutable; kept in the user's record.</summary>
public sealed record Allocation
{
    /// <summary>The key in <see cref="Values"/> of the user's directory, an absolute path. Told to reading programs (Dovecot's <c>home</c>).</summary>
    public const string Home = "home";

    /// <summary>The key in <see cref="Values"/> of the numeric user id that owns the user's files.</summary>
    public const string Uid = "uid";

    /// <summary>The key in <see cref="Values"/> of the numeric group id that owns the user's files.</summary>
    public const string Gid = "gid";

    /// <summary>Tells this attempt from every other one, for the same user too. Two allocations are the same only if their ids are.</summary>
    public required string Id { get; init; }

    /// <summary>The instance of the MDA that made it, as the configuration names it: <c>archive</c> for <c>[mda.archive]</c>. It beats every other choice of an MDA.</summary>
    public required string Mda { get; init; }

    /// <summary>The version of the form of <see cref="Values"/>, counted by the MDA from 1, so that a later version of the module can read old ones.</summary>
    public required int Form { get; init; }

    /// <summary>What the MDA needs to know; well-known keys are <see cref="Home"/>, <see cref="Uid"/> and <see cref="Gid"/>.</summary>
    public ImmutableSortedDictionary<string, string> Values { get; init; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);
}
