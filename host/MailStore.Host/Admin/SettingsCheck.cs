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
        if (before.Allocation is { } allocation)
        {
            if (keys.Contains(HostKeys.Mda) && after.Settings.GetValueOrDefault(HostKeys.Mda) != allocation.Mda)
            {
                throw new AdminException(ExitCode.DataError,
                    $"user '{before.Name}' is allocated by mda '{allocation.Mda}' and keeps it; to begin anew elsewhere, {WayOut(before.Name, "mda=NAME")}");
            }

            var parsed = await directory.ParseAsync(before, cancellationToken);
            var fixedKeys = parsed.Mda?.OptionsType is { } type
                ? OptionsDescription.For(type).Where(option => option.IsAtAllocation).Select(option => option.Key)
                : [];
            if (fixedKeys.Intersect(keys).FirstOrDefault() is { } key)
            {
                throw new AdminException(ExitCode.DataError,
                    $"'{key}' of user '{before.Name}' was decided when he was allocated; to begin anew elsewhere, {WayOut(before.Name, $"{key}=…")}");
            }
        }

        await CheckAsync(after, cancellationToken);
    }

    private static string WayOut(string name, string setting) =>
        $"save his mail with 'mailstore mail export {name} -o PATH', then 'mailstore user remove {name} --keep-mail' and 'mailstore user add {name} {setting}'";
}
