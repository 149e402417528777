using MailStore.Host.Delivery;
using MailStore.Sdk;

namespace MailStore.Host.Admin.Moving;

/// <summary>One of the two places of a user who moves: what the mover can do with it.</summary>
internal sealed class MovedMailbox(string mda, IMailbox mailbox)
{
    public string Mda => mda;

    public IReadableMailbox Reading => mailbox as IReadableMailbox
        ?? throw new AdminException(ExitCode.Unavailable, $"mda '{mda}' cannot read mail back, so nobody can be moved away from it or checked there");

    public IMailboxImport Import => mailbox as IMailboxImport
        ?? throw new AdminException(ExitCode.Unavailable, $"mda '{mda}' cannot take mails with their flags and arrival, so nobody can be moved to it");

    public IMailboxRemoval Removal => mailbox as IMailboxRemoval
        ?? throw new AdminException(ExitCode.Unavailable, $"mda '{mda}' cannot remove mail; say --keep-old, and remove the old place by hand");

    /// <summary>Null if the MDA does not tell how much there is.</summary>
    public IMailboxUsage? Usage => mailbox as IMailboxUsage;

    /// <summary>Null if there is nothing but the mails that it lists.</summary>
    public IMailboxExtras? Extras => mailbox as IMailboxExtras;

    /// <summary>The place of a record.</summary>
    /// <exception cref="AdminException">His MDA does not take the record.</exception>
    public static async ValueTask<MovedMailbox> OfAsync(UserDirectory directory, UserRecord record, CancellationToken cancellationToken)
    {
        // not from the cache of parsed records: the other place's record is in no database
        var parsed = await directory.TryParseAsync(record, cancellationToken);
        return parsed switch
        {
            { Result: ParseResult.Ready ready, Mda: { } mda } => new MovedMailbox(mda.Name, ready.Mailbox),
            { Result: ParseResult.Invalid invalid } => throw new AdminException(ExitCode.DataError, $"user '{record.Name}': {invalid.Reason}"),
            _ => throw new AdminException(ExitCode.DataError, $"user '{record.Name}' lacks {(parsed.Result as ParseResult.Incomplete)?.Missing} at mda '{parsed.Mda?.Name}'"),
        };
    }
}
