using System.Collections.Immutable;
using MailStore.Host.Admin.Moving;
using MailStore.Host.Configuration;
using MailStore.Host.Delivery;
using MailStore.Host.Modules;
using MailStore.Sdk;

namespace MailStore.Host.Admin;

/// <summary>What administrators do with user records: add, set, remove. Checked before it is written; every write is a compare-and-set.</summary>
internal sealed class UserAdministration(HostConfiguration configuration, UserDirectory directory, IReadOnlyCollection<string> mdas, MoveLocks moves)
{
    private const int Attempts = 20;

    private readonly SettingsCheck _check = new(directory, mdas);

    /// <summary>Adds a user.</summary>
    /// <returns>Null: he comes from another database (<see cref="UserChange.IsRecord"/>), and is there already just so.</returns>
    /// <exception cref="AdminException">The name or a setting is wrong, or the name is taken.</exception>
    public async Task<UserRecord?> AddAsync(UserChange change, CancellationToken cancellationToken)
    {
        var record = new UserRecord
        {
            Name = NewName(change.Name),
            Settings = change.Settings.ToImmutableSortedDictionary(StringComparer.Ordinal),
            Allocation = change.Allocation?.ToAllocation(),
        };
        if (record.Allocation is not null && record.Name != change.Name)
        {
            throw new AdminException(ExitCode.DataError,
                $"user '{change.Name}' would be '{record.Name}' here, and his mail another user's; let 'case_sensitive_local_parts' be as it is where he comes from");
        }

        await _check.CheckAsync(record, cancellationToken);
        if (await directory.Users.TryAddAsync(record, cancellationToken) is { } added)
            return added;
        return change.IsRecord && await HasAsync(record, cancellationToken)
            ? null
            : throw new AdminException(ExitCode.DataError, $"user '{record.Name}' exists already; change it with 'mailstore user set {record.Name} KEY=VALUE'");
    }

    /// <summary>How far the user database has counted; null if it cannot tell.</summary>
    public async Task<CountersView?> CountersAsync(CancellationToken cancellationToken) =>
        directory.Users is IUserDatabaseCounters counters ? CountersView.Of(await counters.GetCountersAsync(cancellationToken)) : null;

    /// <summary>Has the user database go on counting where another one stopped.</summary>
    /// <exception cref="AdminException">It cannot.</exception>
    public async Task RaiseCountersAsync(CountersView counters, CancellationToken cancellationToken)
    {
        if (directory.Users is not IUserDatabaseCounters own)
        {
            throw new AdminException(ExitCode.Unavailable,
                $"the userdb '{configuration.Options.Userdb}' cannot go on counting where another one has stopped, so uids could be given twice, and who is removed and added again could get the mail of before; choose another userdb");
        }

        await own.RaiseCountersAsync(counters.ToCounters(), cancellationToken);
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
    /// something that can be removed again. With nothing said his record goes first, then only what holds no mail: one that was stored at
    /// this very instant is nobody's to remove.
    /// </summary>
    /// <returns>What was done, in words.</returns>
    public async Task<string> RemoveAsync(string name, MailRemoval mail, CancellationToken cancellationToken)
    {
        if (mail == MailRemoval.Keep)
            return await RemoveNowAsync(name, mail, cancellationToken);
        // his mail goes: nobody may be about to bring it to another place, or more of it to this one
        await using var turn = await moves.EnterAsync((await FindAsync(name, cancellationToken)).Name, cancellationToken);
        using var whole = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, turn.Lost);
        try
        {
            return await RemoveNowAsync(name, mail, whole.Token);
        }
        catch (OperationCanceledException) when (turn.Lost.IsCancellationRequested)
        {
            throw new AdminException(ExitCode.TemporaryFailure, $"the lock of user '{name}' was lost, so that another host may move him; try again");
        }
    }

    private async Task<string> RemoveNowAsync(string name, MailRemoval mail, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var record = await FindAsync(name, cancellationToken);
            if (mail != MailRemoval.Keep && MoveState.TryOf(record) is { } move)
            {
                throw new AdminException(ExitCode.DataError,
                    $"user '{record.Name}' is being moved: {MoveView.Of(record, move).Text}. Remove him then, or say --keep-mail, which leaves both places as they are");
            }

            var removed = (record.Allocation, mail) switch
            {
                (null, _) => await TryRemoveAsync(record, "no mail was ever stored", cancellationToken),
                (_, MailRemoval.Keep) => await TryRemoveAsync(record, $"his mail was left in {Place(record)}", cancellationToken),
                (_, MailRemoval.Purge) => await TryPurgeAsync(record, cancellationToken),
                _ => await TryRemoveUnusedAsync(record, record.Allocation, cancellationToken),
            };
            if (removed is not null)
                return removed;
        }

        throw Contended(name);
    }

    /// <summary>Makes a copy of the user database.</summary>
    /// <exception cref="AdminException">It is none that can be copied.</exception>
    public async Task<Stream> OpenBackupAsync(CancellationToken cancellationToken) => directory.Users is IUserDatabaseBackup backup
        ? await backup.OpenBackupAsync(cancellationToken)
        : throw new AdminException(ExitCode.Unavailable,
            $"the userdb '{configuration.Options.Userdb}' cannot be copied by MailStore; use its own tools, or 'mailstore user list --json', which keeps all that 'mailstore user import --json' needs");

    /// <summary>Finds a user by the name that an administrator wrote.</summary>
    /// <exception cref="AdminException">There is none.</exception>
    public async Task<UserRecord> FindAsync(string name, CancellationToken cancellationToken) =>
        await directory.Users.FindAsync(NormalisedName(name), cancellationToken)
        ?? throw new AdminException(ExitCode.NoUser, $"there is no user '{NormalisedName(name)}'; 'mailstore user list' names them");

    private async Task<bool> HasAsync(UserRecord wanted, CancellationToken cancellationToken) =>
        await directory.Users.FindAsync(wanted.Name, cancellationToken) is { } found
        && found.Settings.SequenceEqual(wanted.Settings)
        && (found.Allocation is null) == (wanted.Allocation is null)
        && (found.Allocation is not { } one || wanted.Allocation is not { } other
            || ((one.Id, one.Mda, one.Form) == (other.Id, other.Mda, other.Form) && one.Values.SequenceEqual(other.Values)));

    /// <returns>What was done; null if the record changed meanwhile.</returns>
    private async Task<string?> TryRemoveAsync(UserRecord record, string done, CancellationToken cancellationToken) =>
        await directory.Users.TryRemoveAsync(record, cancellationToken) ? $"user '{record.Name}' removed; {done}" : null;

    private async Task<string?> TryPurgeAsync(UserRecord record, CancellationToken cancellationToken)
    {
        var (mda, mailbox) = await MailboxOfAsync(record, cancellationToken);
        if (mailbox is not IMailboxRemoval removal)
            throw new AdminException(ExitCode.Unavailable, $"mda '{mda.Name}' cannot remove mail; say --keep-mail");
        var disabled = await directory.Users.TryReplaceAsync(
            record with { Settings = record.Settings.SetItem(HostKeys.Enabled, "false") }, cancellationToken);
        if (disabled is null)
            return null;
        await removal.RemoveAllAsync(cancellationToken);
        return await TryRemoveAsync(disabled, "his mail was removed", cancellationToken);
    }

    private async Task<string?> TryRemoveUnusedAsync(UserRecord record, Allocation allocation, CancellationToken cancellationToken)
    {
        var (mda, mailbox) = await MailboxOfAsync(record, cancellationToken);
        if (await HasMailAsync(mailbox, cancellationToken))
        {
            throw new AdminException(ExitCode.DataError,
                $"user '{record.Name}' has mail; say --purge to remove it, or --keep-mail to leave it where it is ({Place(record)})");
        }

        if (!await directory.Users.TryRemoveAsync(record, cancellationToken))
            return null;
        try
        {
            await mda.Agent.ReleaseAsync(null, allocation, cancellationToken);
            return $"user '{record.Name}' removed; he had no mail, and {Place(record)} was removed where nothing is in it";
        }
        catch (Exception e) when (e is TemporaryFailureException or ModuleConfigurationException or ModuleFaultException)
        {
            return $"user '{record.Name}' removed; he had no mail, but {Place(record)} stays: {e.Message}";
        }
    }

    private async Task<(MdaInstance Mda, IMailbox Mailbox)> MailboxOfAsync(UserRecord record, CancellationToken cancellationToken)
    {
        var parsed = await directory.ParseAsync(record, cancellationToken);
        return parsed.Result is ParseResult.Ready ready
            ? (parsed.Mda!, ready.Mailbox)
            : throw new AdminException(ExitCode.DataError,
                $"the mail of user '{record.Name}' cannot be reached ({(parsed.Result as ParseResult.Invalid)?.Reason ?? "the record is incomplete"}); mend that, or say --keep-mail");
    }

    private static async Task<bool> HasMailAsync(IMailbox mailbox, CancellationToken cancellationToken)
    {
        if (mailbox is not IReadableMailbox readable)
            return true;
        await foreach (var _ in readable.ListAsync(cancellationToken))
            return true;
        return false;
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
