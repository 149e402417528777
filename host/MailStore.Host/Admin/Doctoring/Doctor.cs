using System.Runtime.CompilerServices;
using MailStore.Host.Admin.Moving;
using MailStore.Host.Configuration;
using MailStore.Host.Delivery;
using MailStore.Host.Modules;
using MailStore.Sdk;

namespace MailStore.Host.Admin.Doctoring;

/// <summary>
/// Compares records with storage, while mail flows. The records are looked at here, the storage by the MDAs that can. One user at a time, none kept in memory.
/// </summary>
internal sealed class Doctor(HostConfiguration configuration, UserAdministration users, UserDirectory directory, ModuleSet modules, MoveLocks moves, TimeProvider clock)
{
    /// <summary>Longer than any allocation or removal takes.</summary>
    private static readonly TimeSpan SettledAfter = TimeSpan.FromHours(1);

    private static readonly TimeSpan ProgressEvery = TimeSpan.FromMilliseconds(200);

    private readonly Aliases _aliases = new(configuration.Options, directory);

    /// <summary>Examines one user, or all of them and what belongs to nobody.</summary>
    /// <exception cref="AdminException">There is no such user.</exception>
    public async IAsyncEnumerable<DoctorLine> ExamineAsync(string? name, bool repair, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var inspection = new Inspection(repair, SettledAfter);
        if (name is not null)
        {
            await foreach (var finding in ExamineUserAsync(await users.FindAsync(name, cancellationToken), inspection, cancellationToken))
                yield return new DoctorLine { Finding = finding };
            yield return new DoctorLine { Users = 1 };
            yield break;
        }

        foreach (var mda in modules.Mdas.Values.Where(mda => mda.Agent.Inspection is null))
            yield return new DoctorLine { Note = $"mda '{mda.Name}' cannot inspect its storage: only the records of its users are looked at" };
        var (count, told) = (0L, clock.GetTimestamp());
        var movingWithin = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var record in directory.Users.ListAsync(null, cancellationToken))
        {
            await foreach (var finding in ExamineUserAsync(record, inspection, cancellationToken))
                yield return new DoctorLine { Finding = finding };
            if (MoveState.TryOf(record) is { } state && state.Other.Mda == record.Allocation?.Mda)
                movingWithin.Add(state.Other.Mda);
            count++;
            if (clock.GetElapsedTime(told) < ProgressEvery)
                continue;
            told = clock.GetTimestamp();
            yield return new DoctorLine { Users = count };
        }

        yield return new DoctorLine { Users = count };
        foreach (var mda in modules.Mdas.Values)
        {
            if (mda.Agent.Inspection is not { } storage)
                continue;
            var records = new FreshRecords(directory.Users, mda.Name);
            var places = inspection;
            if (repair && movingWithin.Contains(mda.Name))
            {
                // of his two places here only one is shown to the module: the other must not be mended away
                yield return new DoctorLine { Note = $"mda '{mda.Name}': what belongs to nobody is told and not mended, since a user is being moved within it" };
                places = new Inspection(repair: false, SettledAfter);
            }

            await foreach (var finding in GuardAsync(storage.InspectPlacesAsync(records, places, cancellationToken), null, mda.Name))
            {
                if (finding.User is null || await directory.Users.FindAsync(finding.User, cancellationToken) is not { } record || MoveState.TryOf(record) is null)
                    yield return new DoctorLine { Finding = finding };
            }
        }

        await foreach (var finding in ExamineDomainsAsync(cancellationToken))
            yield return new DoctorLine { Finding = finding };
    }

    private async IAsyncEnumerable<FindingView> ExamineUserAsync(UserRecord listed, Inspection inspection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // a listing may be minutes old when it comes to this user
        if (await directory.Users.FindAsync(listed.Name, cancellationToken) is not { } record)
            yield break;
        if (record.Settings.ContainsKey(HostKeys.Alias))
        {
            if (await AliasMistakeAsync(record.Name, cancellationToken) is { } broken)
                yield return FindingView.OfRecord(RecordKind.BrokenAlias, record.Name, null, broken);
            // nothing is ever stored for him
            if (record.Allocation is null)
                yield break;
        }

        if (MoveState.TryOf(record) is { } state && !await moves.IsTakenAsync(record.Name, cancellationToken))
            yield return FindingView.OfRecord(RecordKind.UnfinishedMove, record.Name, record.Allocation?.Mda, $"he is being moved, and nobody goes on with it: {MoveView.Of(record, state).Text}");
        var parsed = await directory.TryParseAsync(record, cancellationToken);
        if (parsed.Result is ParseResult.Invalid invalid)
            yield return FindingView.OfRecord(parsed.Mda is null ? RecordKind.UnknownMda : RecordKind.InvalidRecord, record.Name, parsed.Mda?.Name, invalid.Reason);
        if (parsed is not { Result: ParseResult.Ready, Mda: { Agent.Inspection: { } storage } mda, Effective: { } effective })
            yield break;
        await foreach (var finding in GuardAsync(storage.InspectUserAsync(effective, inspection, cancellationToken), record.Name, mda.Name))
        {
            // what was looked at is history: he was removed or moved meanwhile
            if (finding.Repaired || (await directory.Users.FindAsync(record.Name, cancellationToken))?.Version == record.Version)
                yield return finding;
        }
    }

    private async IAsyncEnumerable<FindingView> ExamineDomainsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var domain in configuration.Domains.Keys.Order(StringComparer.Ordinal))
        {
            if (directory.CatchAllOf($"anybody@{domain}") is { } target && await CatchAllMistakeAsync(domain, target, cancellationToken) is { } broken)
                yield return FindingView.OfRecord(RecordKind.BrokenCatchAll, null, null, broken);
        }
    }

    private async ValueTask<string?> CatchAllMistakeAsync(string domain, string target, CancellationToken cancellationToken)
    {
        try
        {
            var name = _aliases.NameOf(target, $"catch_all of domain '{domain}'");
            return await _aliases.FollowAsync(name, cancellationToken) is null
                ? $"catch_all of domain '{domain}' names '{name}', who does not exist; add him, or mend catch_all"
                : null;
        }
        catch (ModuleConfigurationException e)
        {
            return e.Message;
        }
    }

    private async ValueTask<string?> AliasMistakeAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            await _aliases.FollowAsync(name, cancellationToken);
            return null;
        }
        catch (ModuleConfigurationException e)
        {
            return e.Message;
        }
    }

    /// <summary>A storage that does not serve is a finding, too: the examination goes on with the next user.</summary>
    private static async IAsyncEnumerable<FindingView> GuardAsync(IAsyncEnumerable<Finding> findings, string? user, string mda)
    {
        await using var each = findings.GetAsyncEnumerator();
        while (true)
        {
            FindingView? fault = null;
            try
            {
                if (!await each.MoveNextAsync())
                    yield break;
            }
            catch (Exception e) when (e is TemporaryFailureException or ModuleConfigurationException or ModuleFaultException)
            {
                fault = FindingView.OfRecord(RecordKind.Unreachable, user, mda, e.Message);
            }

            yield return fault ?? FindingView.Of(each.Current, user, mda);
            if (fault is not null)
                yield break;
        }
    }

    /// <summary>Of a user who moves, an MDA sees the place that is its own.</summary>
    private sealed class FreshRecords(IUserDatabase users, string mda) : IUserRecords
    {
        public async ValueTask<UserRecord?> FindAsync(string name, CancellationToken cancellationToken)
        {
            var record = await users.FindAsync(name, cancellationToken);
            return record is not null && record.Allocation?.Mda != mda && MoveState.TryOf(record) is { } state && state.Other.Mda == mda ? state.OtherOf(record) : record;
        }
    }
}
