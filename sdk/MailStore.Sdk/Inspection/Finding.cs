namespace MailStore.Sdk;

/// <summary>Something that an inspection found to be wrong.</summary>
public sealed class Finding
{
    /// <summary>What kind of damage it is, in words for programs: lower case, with dashes, and the same in all versions of the module. See <see cref="FindingKind"/>.</summary>
    public required string Kind { get; init; }

    /// <summary>Where: a path, a key, a table with its row. From outside: may hold any character.</summary>
    public required string Place { get; init; }

    /// <summary>What is wrong, in a clause for the administrator: <c>the directory 'new' is missing</c>.</summary>
    public required string What { get; init; }

    /// <summary>
    /// What a repair does (or did, if <see cref="IsRepaired"/>): <c>make it</c>. Null where no repair is safe; then <see cref="What"/> says what the administrator can do.
    /// </summary>
    public string? Repair { get; init; }

    /// <summary>Whether it was mended, and is as it should be now.</summary>
    public bool IsRepaired { get; init; }

    /// <summary>The user whom it is about, where it is known and was not given.</summary>
    public string? User { get; init; }
}
