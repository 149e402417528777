using System.Globalization;
using MailStore.Host.Delivery;
using MailStore.Host.Modules;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Admin.Moving;

/// <summary>Allocates a user at the new place and writes into his record that he goes there; or finds out why he cannot, and leaves all as it was.</summary>
internal sealed class MoveStart(UserDirectory directory, ModuleSet modules, MoveLocks.Turn turn, ILogger logger, TimeProvider clock)
{
    /// <summary>What is lost without being asked for; null for nothing.</summary>
    public string? Warning { get; private set; }

    /// <param name="tell">Told how much there is to move.</param>
    /// <param name="change">What becomes of his settings.</param>
    /// <returns>False if the record changed meanwhile.</returns>
    /// <exception cref="AdminException">He cannot be moved there.</exception>
    public async Task<bool> TryAllocateAsync(UserRecord record, SettingsChange change, MoveRequest request, Func<MoveLine, Task> tell, CancellationToken cancellationToken)
    {
        var source = await MovedMailbox.OfAsync(directory, record, cancellationToken);
        var survey = await MailSurvey.OfAsync(source, cancellationToken);
        if (!request.KeepOld)
            _ = source.Removal;
        await tell(new MoveLine { User = record.Name, Phase = "looking", Total = survey.Mails });
        var to = request.Mda ?? source.Mda;
        var parsed = await directory.TryParseAsync(MovePlanner.Target(record, change, to), cancellationToken);
        if (parsed is not { Mda: { } mda, Effective: { } effective })
            throw new AdminException(ExitCode.DataError, $"user '{record.Name}': {(parsed.Result as ParseResult.Invalid)?.Reason}");
        // a place that is named may be taken over as it is: not the one where he is
        foreach (var place in change.Set.Values.Where(Path.IsPathFullyQualified))
            CheckApart(record.Allocation!, Path.TrimEndingDirectorySeparator(Path.GetFullPath(place)));
        var allocation = await mda.Agent.AllocateAsync(effective, new AllocationContext(mda.Name, modules.Sequences) { Current = record.Allocation }, cancellationToken);
        var state = new MoveState
        {
            Phase = MovePhase.Copying,
            Other = AllocationView.Of(allocation),
            Change = change,
            Started = clock.GetUtcNow(),
            KeepOld = request.KeepOld,
            AllowLoss = request.AllowLoss,
        };
        try
        {
            var target = await MovedMailbox.OfAsync(directory, state.OtherOf(record), cancellationToken);
            CheckApart(record.Allocation!, allocation.Values.GetValueOrDefault(Allocation.Home));
            await CheckEmptyAsync(target, record.Name, cancellationToken);
            await CheckLossAsync(target, record.Name, state, survey, cancellationToken);
            Warning = survey.EmptyFolders > 0 && target.Extras is null
                ? string.Create(CultureInfo.InvariantCulture, $"{survey.EmptyFolders} {(survey.EmptyFolders == 1 ? "folder that had no mail is" : "folders that had no mail are")} not there: mda '{target.Mda}' keeps no folders without mail")
                : null;
        }
        catch
        {
            await ReleaseAsync(record, mda, allocation, mayHaveBeenWritten: false);
            throw;
        }

        if (await directory.Users.TryReplaceAsync(state.In(record), CancellationToken.None) is not null)
        {
            MoveLog.Began(logger, record.Name, source.Mda, to);
            return true;
        }

        await ReleaseAsync(record, mda, allocation, mayHaveBeenWritten: true);
        return false;
    }

    /// <summary>The old place is removed in the end, with all that is in it; and nobody is brought to where he is.</summary>
    private static void CheckApart(Allocation from, string? @new)
    {
        if (from.Values.GetValueOrDefault(Allocation.Home) is { Length: > 0 } old && @new is { Length: > 0 } && (IsWithin(old, @new) || IsWithin(@new, old)))
            throw new AdminException(ExitCode.DataError, $"{@new} and the old place, {old}, are not apart from each other; name a place outside");

        static bool IsWithin(string path, string above) => (path + '/').StartsWith(above + '/', StringComparison.Ordinal);
    }

    /// <summary>A mover makes the new place the same as the old one: what it did not bring it would remove.</summary>
    private static async Task CheckEmptyAsync(MovedMailbox target, string user, CancellationToken cancellationToken)
    {
        _ = (target.Reading, target.Import, target.Removal);
        await foreach (var _ in target.Reading.ListAsync(cancellationToken))
        {
            throw new AdminException(ExitCode.DataError,
                $"the place for user '{user}' at mda '{target.Mda}' holds mail already; name one without, and 'mailstore mail import' brings along what is there");
        }
    }

    private static async Task CheckLossAsync(MovedMailbox target, string user, MoveState state, MailSurvey survey, CancellationToken cancellationToken)
    {
        if (await survey.LossAtAsync(target, cancellationToken) is { } loss && !state.AllowLoss)
            throw new AdminException(ExitCode.DataError, $"mda '{target.Mda}' does not keep all that user '{user}' has: {loss}; --allow-loss moves him all the same");
    }

    /// <summary>
    /// Takes back what was allocated for nothing. Nothing is removed that holds mail: all attempts for one version of a record may share a place, and a mover that
    /// wakes up after it lost its lock would find there what another one has brought.
    /// </summary>
    /// <param name="mayHaveBeenWritten">Whether the record was to be written: as long as it has its version, that write may still arrive.</param>
    private async Task ReleaseAsync(UserRecord record, MdaInstance mda, Allocation allocation, bool mayHaveBeenWritten)
    {
        if (turn.Lost.IsCancellationRequested)
            return;
        try
        {
            var current = await directory.Users.FindAsync(record.Name, CancellationToken.None);
            if (mayHaveBeenWritten && current?.Version == record.Version)
                return;
            if (current is not null && MoveState.TryOf(current) is { } state)
            {
                // a module is shown one place of a record only: neither of the two may go
                if (IsSame(current.Allocation, allocation) || IsSame(state.Other.ToAllocation(), allocation))
                    return;
                current = state.Other.Mda == allocation.Mda ? state.OtherOf(current) : current;
            }

            await mda.Agent.ReleaseAsync(current, allocation, CancellationToken.None);
        }
        catch (Exception e) when (e is TemporaryFailureException or ModuleFaultException or ModuleConfigurationException)
        {
            // it is found by the doctor
        }
    }

    private static bool IsSame(Allocation? one, Allocation other) => one is not null && one.Mda == other.Mda
        && (one.Id == other.Id || one.Values.SequenceEqual(other.Values) || (one.Values.GetValueOrDefault(Allocation.Home) is { } home && home == other.Values.GetValueOrDefault(Allocation.Home)));
}
