namespace MailStore.Sdk;

/// <summary>Kinds of findings that several storage formats know. A module may have others of its own.</summary>
public static class FindingKind
{
    /// <summary>All of an allocated user's place is gone.</summary>
    public const string MissingPlace = "missing-place";

    /// <summary>A part of a place is gone.</summary>
    public const string IncompletePlace = "incomplete-place";

    /// <summary>A place does not belong to the system's user that the allocation says.</summary>
    public const string WrongOwner = "wrong-owner";

    /// <summary>The mode of a place lets the wrong ones in, or the right ones not.</summary>
    public const string WrongMode = "wrong-mode";

    /// <summary>A place does not say whose it is.</summary>
    public const string MissingMark = "missing-mark";

    /// <summary>A place says that it is another user's than the record says.</summary>
    public const string ForeignPlace = "foreign-place";

    /// <summary>What is counted is not what is there.</summary>
    public const string WrongUsage = "wrong-usage";

    /// <summary>Something that was begun and never ended: a file that is no mail, an upload, a place half made or half removed.</summary>
    public const string Leftover = "leftover";

    /// <summary>A place of a user who is gone, or has another place; without mail.</summary>
    public const string Orphan = "orphan";

    /// <summary>As <see cref="Orphan"/>, with mail in it. Never removed.</summary>
    public const string OrphanedMail = "orphaned-mail";

    /// <summary>Something among the mails that is no mail.</summary>
    public const string StrayFile = "stray-file";

    /// <summary>A mail, or what holds mails, cannot be read.</summary>
    public const string Damaged = "damaged";
}
