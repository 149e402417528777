using MailStore.Host.Admin.Moving;
using MailStore.Host.Configuration;
using MailStore.Host.Delivery;
using MailStore.Sdk;

namespace MailStore.Host.Admin;

/// <summary>Checks settings before they reach a record, so that a mistake is told to the one who makes it and not to an MTA.</summary>
internal sealed class SettingsCheck(UserDirectory directory, IReadOnlyCollection<string> mdas)
{
    public async Task CheckAsync(UserRecord record, CancellationToken cancellationToken)
    {
        foreach (var (key, value) in record.Settings)
        {
            if (HostKeys.Check(key, value, mdas) is { } mistake)
                throw new AdminException(ExitCode.DataError, mistake);
            // it comes with a record from another database, together with the allocation that it belongs to
            if (HostKeys.IsKept(key) && (record.Allocation is null || (key == HostKeys.Moving && MoveState.TryParse(value) is null)))
                throw Kept(key);
        }

        if (record.Settings.ContainsKey(HostKeys.Alias))
            return;
        var parsed = await directory.TryParseAsync(record, cancellationToken);
        if (parsed.Result is ParseResult.Invalid invalid)
            throw new AdminException(ExitCode.DataError, $"user '{record.Name}': {invalid.Reason}");
    }

    /// <summary>The same, and that nothing changes which an allocation has decided already.</summary>
    public async Task CheckChangeAsync(UserRecord before, UserRecord after, IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        // a state of a later version is no use to this one, and would be in the way for ever
        if (keys.FirstOrDefault(HostKeys.IsKept) is { } kept && (kept != HostKeys.Moving || after.Settings.ContainsKey(kept) || MoveState.TryOf(before) is not null))
            throw Kept(kept);
        if (before.Allocation is { } allocation)
        {
            if (keys.Contains(HostKeys.Mda) && after.Settings.GetValueOrDefault(HostKeys.Mda) != allocation.Mda)
            {
                throw new AdminException(ExitCode.DataError,
                    $"user '{before.Name}' is allocated by mda '{allocation.Mda}' and keeps it; 'mailstore user move {before.Name} --mda NAME' moves him with all his mail");
            }

            var parsed = await directory.ParseAsync(before, cancellationToken);
            var fixedKeys = parsed.Mda?.OptionsType is { } type
                ? OptionsDescription.For(type).Where(option => option.IsAtAllocation).Select(option => option.Key)
                : [];
            if (fixedKeys.Intersect(keys).FirstOrDefault() is { } key)
            {
                throw new AdminException(ExitCode.DataError,
                    $"'{key}' of user '{before.Name}' was decided when he was allocated; 'mailstore user move {before.Name} {key}=…' moves him with all his mail");
            }
        }

        await CheckAsync(after, cancellationToken);
        // else his mail would be refused from the switch on, and neither could the move end nor be given up
        if (MoveState.TryOf(after) is { } move && (await directory.TryParseAsync(move.OtherOf(after), cancellationToken)).Result is ParseResult.Invalid invalid)
        {
            throw new AdminException(ExitCode.DataError,
                $"user '{before.Name}' is being moved, and his other place, at mda '{move.Other.Mda}', does not take this: {invalid.Reason}; wait until the move is over, which 'mailstore user show {before.Name}' tells");
        }
    }

    private static AdminException Kept(string key) => new(ExitCode.DataError, $"'{key}' is no setting: 'mailstore user move' keeps it, for itself");
}
