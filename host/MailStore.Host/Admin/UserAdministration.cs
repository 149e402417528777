using System.Collections.Immutable;
using MailStore.Host.Configuration;
using MailStore.Host.Delivery;
using MailStore.Sdk;

namespace MailStore.Host.Admin;

/// <summary>What administrators do with user records: add, set, remove. Checked before it is written; every write is a compare-and-set.</summary>
internal sealed class UserAdministration(HostConfiguration configuration, UserDirectory directory, IReadOnlyCollection<string> mdas)
{
    private const int Attempts = 20;

    private readonly SettingsCheck _check = new(directory, mdas);

    /// <summary>Adds a user.</summary>
    /// <exception cref="AdminException">The name or a setting is wrong, or the name is taken.</exception>
    public async Task<UserRecord> AddAsync(UserChange change, CancellationToken cancellationToken)
    {
        var record = new UserRecord
        {
            Name = NewName(change.Name),
            Settings = change.Settings.ToImmutableSortedDictionary(StringComparer.Ordinal),
            Allocation = change.Allocation?.ToAllocation(),
        };
        await _check.CheckAsync(record, cancellationToken);
        return await directory.Users.TryAddAsync(record, cancellationToken)
            ?? throw new AdminException(ExitCode.CantCreate, $"user '{record.Name}' exists already; change it with 'mailstore user set {record.Name} KEY=VALUE'");
    }

    /// <summary>Sets and drops settings of a user.</summary>
    public async Task<UserRecord> SetAsync(UserChange change, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var record = await FindAsync(change.Name, cancellationToken);
            foreach (var key in change.Unset.Where(key => !record.Settings.ContainsKey(key)))
                throw new AdminException(ExitCode.DataError, $"user '{record.Name}' has no setting '{key}' of his own; 'mailstore user test {record.Name}' says where each comes from");
            var changed = record with { Settings = record.Settings.SetItems(change.Settings).RemoveRange(change.Unset) };
            await _check.CheckChangeAsync(record, changed, [.. change.Settings.Keys, .. change.Unset], cancellationToken);
            if (await directory.Users.TryReplaceAsync(changed, cancellationToken) is { } stored)
                return stored;
        }

        throw Contended(change.Name);
    }

    /// <summary>
    /// Removes a user. With <see cref="MailRemoval.Purge"/> he is disabled first, then his mail goes, then his record: a failure half-way leaves
    /// something that can be removed again.
    /// </summary>
    /// <returns>What was done, in words.</returns>
    public async Task<string> RemoveAsync(string name, MailRemoval mail, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var record = await FindAsync(name, cancellationToken);
            var done = "no mail was ever stored";
            if (record.Allocation is not null)
            {
                var mailbox = await MailboxOfAsync(record, mail, cancellationToken);
                if (mail == MailRemoval.Unsaid && await HasMailAsync(mailbox, cancellationToken))
                {
                    throw new AdminException(ExitCode.DataError,
                        $"user '{record.Name}' has mail; say --purge to remove it, or --keep-mail to leave it where it is ({Place(record)})");
                }

                done = mail == MailRemoval.Unsaid ? "his mailbox was empty" : $"his mail was left in {Place(record)}";
                if (mail == MailRemoval.Purge && mailbox is not null)
                {
                    if (await PurgeAsync(record, mailbox, cancellationToken) is not { } disabled)
                        continue;
                    record = disabled;
                    done = "his mail was removed";
                }
            }

            if (!await directory.Users.TryRemoveAsync(record, cancellationToken))
                continue;
            if (mail == MailRemoval.Unsaid && record.Allocation is { } allocation)
                done += await ReleaseAsync(record, allocation, cancellationToken);
            return $"user '{record.Name}' removed; {done}";
        }

        throw Contended(name);
    }

    /// <summary>Finds a user by the name that an administrator wrote.</summary>
    /// <exception cref="AdminException">There is none.</exception>
    public async Task<UserRecord> FindAsync(string name, CancellationToken cancellationToken) =>
        await directory.Users.FindAsync(NormalisedName(name), cancellationToken)
        ?? throw new AdminException(ExitCode.NoUser, $"there is no user '{NormalisedName(name)}'; 'mailstore user list' names them");

    private async Task<IMailbox?> MailboxOfAsync(UserRecord record, MailRemoval mail, CancellationToken cancellationToken)
    {
        if (mail == MailRemoval.Keep)
            return null;
        var parsed = await directory.ParseAsync(record, cancellationToken);
        if (parsed.Result is not ParseResult.Ready ready)
        {
            throw new AdminException(ExitCode.DataError,
                $"the mail of user '{record.Name}' cannot be reached ({(parsed.Result as ParseResult.Invalid)?.Reason ?? "the record is incomplete"}); mend that, or say --keep-mail");
        }

        return ready.Mailbox is IMailboxRemoval
            ? ready.Mailbox
            : throw new AdminException(ExitCode.Unavailable, $"mda '{parsed.Mda!.Name}' cannot remove mail; say --keep-mail");
    }

    private static async Task<bool> HasMailAsync(IMailbox? mailbox, CancellationToken cancellationToken)
    {
        if (mailbox is not IReadableMailbox readable)
            return true;
        await foreach (var _ in readable.ListAsync(cancellationToken))
            return true;
        return false;
    }

    /// <returns>The record as disabled, or null if it changed meanwhile.</returns>
    private async Task<UserRecord?> PurgeAsync(UserRecord record, IMailbox mailbox, CancellationToken cancellationToken)
    {
        var disabled = await directory.Users.TryReplaceAsync(
            record with { Settings = record.Settings.SetItem(HostKeys.Enabled, "false") }, cancellationToken);
        if (disabled is not null)
            await ((IMailboxRemoval)mailbox).RemoveAllAsync(cancellationToken);
        return disabled;
    }

    /// <summary>As <see cref="NormalisedName"/>; stricter with the domain, since no MTA would ever ask for some of them.</summary>
    private string NewName(string name)
    {
        var normalised = NormalisedName(name);
        var domain = normalised[(normalised.LastIndexOf('@') + 1)..];
        return normalised.Contains('@', StringComparison.Ordinal) && domain.FirstOrDefault(IsNoneOfADomain) is not '\0' and var wrong
            ? throw new AdminException(ExitCode.DataError, $"'{name}' is no name for a user: the domain '{domain}' has a '{wrong}'; write it as alice@example.org")
            : normalised;

        // letters of any script (RFC 6531); [ ] : for address literals
        static bool IsNoneOfADomain(char c) => char.IsAscii(c) && !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_' or '[' or ']' or ':');
    }

    /// <summary>Nobody asked for mail to be removed, and one may have come since the look: releasing removes nothing that holds mail.</summary>
    /// <returns>What is left, in words.</returns>
    private async Task<string> ReleaseAsync(UserRecord removed, Allocation allocation, CancellationToken cancellationToken)
    {
        var parsed = await directory.ParseAsync(removed, cancellationToken);
        try
        {
            await parsed.Mda!.Agent.ReleaseAsync(null, allocation, cancellationToken);
            return "";
        }
        catch (Exception e) when (e is TemporaryFailureException or ModuleConfigurationException or Modules.ModuleFaultException)
        {
            return $", and is left in {Place(removed)}: {e.Message}";
        }
    }

    private string NormalisedName(string name)
    {
        var delimiters = configuration.Options.Lmtp.RecipientDelimiter;
        if (UserAddress.Parse(name, delimiters, configuration.Options.Delivery.CaseSensitiveLocalParts, out var error) is not { } address)
            throw new AdminException(ExitCode.DataError, $"'{name}' is no name for a user: {error}; write it as alice@example.org");
        return address.Detail is null
            ? address.User
            : throw new AdminException(ExitCode.DataError,
                $"'{name}' is no name for a user: what follows '{delimiters}' is the detail of an address, all of whose mail goes to '{address.User}'");
    }

    private static string Place(UserRecord record) =>
        record.Allocation?.Values.GetValueOrDefault(Allocation.Home) ?? $"mda '{record.Allocation?.Mda}'";

    private static AdminException Contended(string name) =>
        new(ExitCode.TemporaryFailure, $"the record of '{name}' was changed by others {Attempts} times meanwhile; try again");
}
