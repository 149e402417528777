using MailStore.Host.Delivery;
using MailStore.Sdk;

namespace MailStore.Host.Admin;

/// <summary>Reads mail back through the user's MDA.</summary>
internal sealed class MailReader(UserAdministration users, UserDirectory directory)
{
    /// <exception cref="AdminException">There is no such user, or no way to read his mail.</exception>
    public async Task<IReadableMailbox?> OpenMailboxAsync(string name, CancellationToken cancellationToken)
    {
        var record = await users.FindAsync(name, cancellationToken);
        var parsed = await directory.ParseAsync(record, cancellationToken);
        return parsed.Result switch
        {
            ParseResult.Ready { Mailbox: IReadableMailbox readable } => readable,
            // nothing was ever delivered
            ParseResult.Incomplete => null,
            ParseResult.Invalid invalid => throw new AdminException(ExitCode.DataError, $"user '{record.Name}': {invalid.Reason}"),
            _ => throw new AdminException(ExitCode.Unavailable, $"mda '{parsed.Mda?.Name}' of user '{record.Name}' cannot read mail back"),
        };
    }

    public async Task<Stream> OpenMailAsync(string name, string id, CancellationToken cancellationToken)
    {
        var mailbox = await OpenMailboxAsync(name, cancellationToken);
        return (mailbox is null ? null : await mailbox.OpenAsync(id, cancellationToken))
            ?? throw new AdminException(ExitCode.DataError, $"user '{name}' has no mail '{id}' (any more); 'mailstore mail list {name}' names them");
    }
}
