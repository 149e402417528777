using System.Globalization;
using MailStore.Host.Delivery;
using MailStore.Host.Modules;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Admin.Moving;

/// <summary>
/// Moves users to other places while mail flows. All that must outlast a kill is in the record (<see cref="MoveState"/>): who moves a user again goes on from there.
/// </summary>
internal sealed class UserMover(
    UserAdministration users, UserDirectory directory, ModuleSet modules, MoveLocks locks, MoveDrain drain, IDelivery delivery, ILogger<UserMover> logger, TimeProvider clock)
{
    private const int Attempts = 20;

    private readonly MovePlanner _planner = new(directory, modules);

    /// <summary>Moves one user, or goes on with it, or brings him back.</summary>
    /// <param name="tell">Told how far it is, one line after the other; the last has the outcome.</param>
    /// <param name="cancellationToken">Stops it where it is.</param>
    /// <exception cref="AdminException">It cannot be done.</exception>
    public async Task MoveAsync(MoveRequest request, Func<MoveLine, Task> tell, CancellationToken cancellationToken)
    {
        var name = (await users.FindAsync(request.Name, cancellationToken)).Name;
        if (request.IsDry)
        {
            await tell(await LookAsync(name, request, cancellationToken));
            return;
        }

        if (modules.Users is GuardedUserDatabase { IsReadOnly: true })
            throw GuardedUserDatabase.ReadOnly();
        await using var turn = await locks.EnterAsync(name, cancellationToken);
        using var whole = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, turn.Lost);
        try
        {
            var start = new MoveStart(directory, modules, turn, logger, clock);
            if (await BeginAsync(name, request, start, tell, whole.Token) is { } over)
            {
                await tell(over);
                return;
            }

            await new MoveRun(name, request, users, directory, drain, turn, delivery.CreateBuffer, tell, logger, clock) { Warning = start.Warning }.RunAsync(whole.Token);
        }
        catch (OperationCanceledException) when (turn.Lost.IsCancellationRequested)
        {
            throw new AdminException(ExitCode.TemporaryFailure, $"the lock of user '{name}' was lost, so that another host may move him; try again");
        }
        catch (Exception e) when (e is TemporaryFailureException or ModuleFaultException or AdminException)
        {
            if (e is ModuleFaultException { Late: { } late })
                turn.KeepUntil(late);
            MoveLog.Stopped(logger, name, e.Message, name);
            throw;
        }
    }

    /// <summary>Sees to it that the record says what is to be done.</summary>
    /// <returns>Null: it does. Else nothing is to be done, and why.</returns>
    private async Task<MoveLine?> BeginAsync(string name, MoveRequest request, MoveStart start, Func<MoveLine, Task> tell, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var record = await users.FindAsync(name, cancellationToken);
            if (MoveState.Of(record) is { } state)
            {
                if (request.Abort ? await TryTurnBackAsync(record, state) : IsGoingOn(record, state, request))
                    return null;
                continue;
            }

            if (request.Abort)
                return new MoveLine { User = name, Outcome = MoveOutcome.Unchanged, Note = "he is not being moved" };
            if (record.Settings.ContainsKey(Configuration.HostKeys.Alias) && record.Allocation is null)
                return new MoveLine { User = name, Outcome = MoveOutcome.Unchanged, Note = "an alias: his mail is another's" };
            if (await _planner.PlanAsync(record, request, cancellationToken) is not { } change)
                return new MoveLine { User = name, Outcome = MoveOutcome.Unchanged, Note = $"he is at mda '{directory.MdaNameOf(record)}' already" };
            if (record.Allocation is null)
            {
                if (await directory.Users.TryReplaceAsync(record with { Settings = change.ApplyTo(record.Settings) }, CancellationToken.None) is not null)
                    return new MoveLine { User = name, Outcome = MoveOutcome.Redirected, Note = "no mail was ever stored; the first one goes to the new place" };
                continue;
            }

            await tell(new MoveLine { User = name, Phase = "looking" });
            if (await start.TryAllocateAsync(record, change, request, tell, cancellationToken))
                return null;
        }

        throw Contended(name);
    }

    private async Task<bool> TryTurnBackAsync(UserRecord record, MoveState state)
    {
        if (state.Phase == MovePhase.Removing && !state.IsReturn)
        {
            throw new AdminException(ExitCode.DataError,
                $"it is too late: all mail of user '{record.Name}' is at mda '{record.Allocation?.Mda}', and the old place is being removed; 'mailstore user move {record.Name}' ends it, and another move leads back");
        }

        if (state.IsReturn || state.Phase == MovePhase.Undoing)
            return true;
        var back = state.IsSwitched
            ? state with { Phase = MovePhase.Copying, IsReturn = true, KeepOld = false }
            : state with { Phase = MovePhase.Undoing };
        return await directory.Users.TryReplaceAsync(back.In(record), CancellationToken.None) is not null;
    }

    private static bool IsGoingOn(UserRecord record, MoveState state, MoveRequest request)
    {
        var target = state.IsSwitched ? record : state.OtherOf(record);
        if (request.Mda is { } mda && mda != target.Allocation?.Mda)
            throw new AdminException(ExitCode.DataError, $"user '{record.Name}' is on his way to mda '{target.Allocation?.Mda}'; 'mailstore user move {record.Name}' goes on with it, and --abort gives it up");
        if (request.Settings.FirstOrDefault(setting => target.Settings.GetValueOrDefault(setting.Key) != setting.Value) is { Key: { } key })
            throw new AdminException(ExitCode.DataError, $"user '{record.Name}' is on his way to a place without this '{key}'; 'mailstore user move {record.Name}' goes on with it, and --abort gives it up");
        return true;
    }

    private async Task<MoveLine> LookAsync(string name, MoveRequest request, CancellationToken cancellationToken)
    {
        var record = await users.FindAsync(name, cancellationToken);
        var line = new MoveLine { User = name, Outcome = MoveOutcome.Looked };
        if (MoveState.Of(record) is { } state)
            return line with { Note = MoveView.Of(record, state).Text };
        if (record.Settings.ContainsKey(Configuration.HostKeys.Alias) && record.Allocation is null)
            return line with { Outcome = MoveOutcome.Unchanged, Note = "an alias: his mail is another's" };
        if (request.Abort || await _planner.PlanAsync(record, request, cancellationToken) is null)
            return line with { Outcome = MoveOutcome.Unchanged, Note = request.Abort ? "he is not being moved" : $"he is at mda '{directory.MdaNameOf(record)}' already" };
        if (record.Allocation is null)
            return line with { Note = "no mail was ever stored; the first one would go to the new place" };
        var source = await MovedMailbox.OfAsync(directory, record, cancellationToken);
        var survey = await MailSurvey.OfAsync(source, cancellationToken);
        return line with
        {
            Mails = survey.Mails,
            Bytes = survey.Bytes,
            Note = string.Create(CultureInfo.InvariantCulture, $"from mda '{source.Mda}' to mda '{request.Mda ?? source.Mda}', {survey.Folders} folders besides the inbox"),
        };
    }

    private static AdminException Contended(string name) =>
        new(ExitCode.TemporaryFailure, $"the record of '{name}' was changed by others {Attempts} times meanwhile; try again");
}
