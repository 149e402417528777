using System.Collections.Immutable;
using MailStore.Host.Configuration;
using MailStore.Host.Delivery;
using MailStore.Host.Modules;
using MailStore.Sdk;

namespace MailStore.Host.Admin.Moving;

/// <summary>What a move changes in a record, checked before anything is done.</summary>
internal sealed class MovePlanner(UserDirectory directory, ModuleSet modules)
{
    /// <summary>Says what changes in the settings.</summary>
    /// <returns>Null if the user is there already.</returns>
    /// <exception cref="AdminException">A setting is wrong, or would be lost.</exception>
    public async ValueTask<SettingsChange?> PlanAsync(UserRecord record, MoveRequest request, CancellationToken cancellationToken)
    {
        var from = directory.MdaNameOf(record);
        var to = request.Mda ?? from;
        if (HostKeys.CheckMda(to, [.. modules.Mdas.Keys]) is { } unknown)
            throw new AdminException(ExitCode.DataError, unknown);
        if (request.Settings.Keys.Concat(request.Unset).FirstOrDefault(HostKeys.IsHostKey) is { } hosts)
            throw new AdminException(ExitCode.DataError, $"'{hosts}' does not belong to a place: say --mda for the MDA, and 'mailstore user set' for the rest");
        if (request.Settings.Keys.FirstOrDefault(key => directory.PassesOver(record, modules.Mdas[to], key)) is { } vain)
            throw new AdminException(ExitCode.DataError, $"'{vain}' would do nothing for user '{record.Name}': a record's does not count at mda '{to}', by {directory.PolicyFor(vain)}; leave it out, or change [policy]");
        if (from == to && request.Settings.All(setting => record.Settings.GetValueOrDefault(setting.Key) == setting.Value) && !request.Unset.Any(record.Settings.ContainsKey))
            return null;
        if (from == to && !UserSettingsOf(from).Any(option => option.IsAtAllocation && (request.Settings.ContainsKey(option.Key) || request.Unset.Contains(option.Key))))
            throw new AdminException(ExitCode.DataError, $"nothing of this decides where the mail of user '{record.Name}' is; 'mailstore user set {record.Name} …' sets it");

        var options = UserSettingsOf(to);
        var dropped = new List<string>(request.Unset.Where(record.Settings.ContainsKey));
        foreach (var key in record.Settings.Keys.Where(key => !HostKeys.IsHostKey(key) && !request.Settings.ContainsKey(key) && !dropped.Contains(key)).ToList())
        {
            // what decided where the old place is says nothing of the new one, unless it is said again
            if (UserSettingsOf(from).Any(option => option.Key == key && option.IsAtAllocation))
                dropped.Add(key);
            else if (options.All(option => option.Key != key))
                throw new AdminException(ExitCode.DataError, $"'{key}' is forced on user '{record.Name}', and mda '{to}' has no such setting; --unset {key} drops it");
        }

        var set = new SortedDictionary<string, string>(request.Settings, StringComparer.Ordinal);
        if (record.Settings.TryGetValue(HostKeys.Mda, out var named) ? named != to : record.Allocation is null)
            set[HostKeys.Mda] = to;
        var change = new SettingsChange { Set = set.ToImmutableSortedDictionary(StringComparer.Ordinal), Unset = dropped };
        var parsed = await directory.TryParseAsync(Target(record, change, to), cancellationToken);
        return parsed.Result is ParseResult.Invalid invalid ? throw new AdminException(ExitCode.DataError, $"user '{record.Name}': {invalid.Reason}") : change;
    }

    /// <summary>The record of a user who is still to be allocated at the new place.</summary>
    public static UserRecord Target(UserRecord record, SettingsChange change, string mda) =>
        record with { Allocation = null, Settings = change.ApplyTo(record.Settings).SetItem(HostKeys.Mda, mda) };

    private List<OptionDescription> UserSettingsOf(string mda) => modules.Mdas.GetValueOrDefault(mda)?.OptionsType is { } type
        ? [.. OptionsDescription.For(type).Where(option => option.IsUserSetting)]
        : [];
}
