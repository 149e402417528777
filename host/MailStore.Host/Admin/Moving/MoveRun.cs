using MailStore.Host.Configuration;
using MailStore.Host.Delivery;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Admin.Moving;

/// <summary>Takes one user through the phases that are left of his move. Each is begun by a compare-and-set of the record, and may be begun again.</summary>
internal sealed class MoveRun(
    string name, MoveRequest request, UserAdministration users, UserDirectory directory, MoveDrain drain, MoveLocks.Turn turn, Func<MailBuffer> newBuffer,
    Func<MoveLine, Task> tell, ILogger logger, TimeProvider clock)
{
    private const int Attempts = 20;

    /// <summary>A pass that brings no more than this leaves the rest to the last one.</summary>
    private const int Few = 256;

    private static readonly TimeSpan ProgressEvery = TimeSpan.FromMilliseconds(200);

    /// <summary>Stands in the record from the start of this run on. Another run that wakes up after it lost its lock, or that knows an old record only, comes to nothing by it.</summary>
    private readonly string _run = Guid.NewGuid().ToString("n");
    private readonly TransferPace _pace = new(request.Rate, clock);
    private MailTarget? _target;
    private MailCopier? _copier;
    private MovedPlaces? _places;
    private AdminException? _refusal;
    private bool _hasEnded;
    private long _told;
    private long _late;

    /// <summary>What is to be said at its end in any case.</summary>
    public string? Warning { get; init; }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var last = new MoveLine { User = name, Outcome = MoveOutcome.Moved };
        if (!await TryBeginAsync(cancellationToken))
            throw ChangedByOthers();
        using var expected = drain.Expect(name);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var record = await users.FindAsync(name, cancellationToken);
            if (MoveState.Of(record) is not { } state)
                break;
            if (state.Run != _run)
                throw ChangedByOthers();
            if (state.IsReturn || state.Phase == MovePhase.Undoing)
                last = last with { Outcome = MoveOutcome.Aborted };
            _places = PlacesOf(record, state);
            await TellAsync(state.Phase);
            switch (state.Phase)
            {
                case MovePhase.Copying:
                    await CopyAsync(record, state, cancellationToken);
                    break;
                case MovePhase.Switched:
                    await RunHookAsync(record, state, cancellationToken);
                    break;
                case MovePhase.Draining:
                    last = last with { Note = await DrainAsync(record, state, cancellationToken) };
                    break;
                default:
                    await RemoveAsync(record, state, cancellationToken);
                    break;
            }
        }

        // it may have been somebody else, who brought him back
        if (!_hasEnded)
            throw ChangedByOthers();
        if (_refusal is not null)
            throw _refusal;
        if (last.Outcome == MoveOutcome.Moved)
            MoveLog.Moved(logger, name, _copier?.Mails ?? 0, _late);
        else
            MoveLog.Undone(logger, name);
        var note = last.Outcome == MoveOutcome.Moved && Warning is not null ? string.Join("; ", ((string?[])[last.Note, Warning]).OfType<string>()) : last.Note;
        await tell(last with { Note = note, Places = _places, Mails = _copier?.Mails ?? 0, Bytes = _copier?.Bytes ?? 0 });
    }

    /// <summary>Puts this run into the record. That it was written shows that the record which was read is not an old one.</summary>
    /// <returns>False if nobody is to be moved any more.</returns>
    private async Task<bool> TryBeginAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var record = await users.FindAsync(name, cancellationToken);
            if (MoveState.Of(record) is not { } state)
                return false;
            if (await directory.Users.TryReplaceAsync((state with { Run = _run, AllowLoss = state.AllowLoss || request.AllowLoss }).In(record), CancellationToken.None) is not null)
                return true;
        }

        throw Contended();
    }

    private async Task CopyAsync(UserRecord record, MoveState state, CancellationToken cancellationToken)
    {
        var source = await MovedMailbox.OfAsync(directory, record, cancellationToken);
        var target = await MovedMailbox.OfAsync(directory, state.OtherOf(record), cancellationToken);
        _target = new MailTarget(name, target) { MayLoseFolders = state.AllowLoss || state.IsReturn };
        _copier = NewCopier(source, _target);
        DateTimeOffset lastPass;
        try
        {
            lastPass = await FillAsync(_copier, state, cancellationToken);
        }
        catch (AdminException refused) when (refused.ExitCode == ExitCode.DataError && !state.IsReturn)
        {
            // another try would come to the same: as if he had been refused before anything was done
            _refusal = refused;
            await ChangeAsync(state, (current, now) => (now with { Phase = MovePhase.Undoing }).In(current), cancellationToken);
            return;
        }

        await ChangeAsync(state, (current, now) => WithOrigin(now.Exchanged(current, request.HasHook ? MovePhase.Switched : MovePhase.Draining, lastPass), current), cancellationToken);
        MoveLog.Switched(logger, name, target.Mda, _copier.Mails);
    }

    /// <summary>Brings all that is there to the new place.</summary>
    /// <returns>When the last look at the old place began.</returns>
    private async Task<DateTimeOffset> FillAsync(MailCopier copier, MoveState state, CancellationToken cancellationToken)
    {
        await copier.PrepareAsync(isOwners: state.IsReturn, All, cancellationToken);
        var before = int.MaxValue;
        for (var pass = 1; ; pass++)
        {
            var brought = await copier.PassAsync(Following.All, UpTo(clock.GetUtcNow()), cancellationToken);
            // on the way back more may be there than was brought: what hosts that did not know of the switch have delivered
            if (pass == 1 && !state.IsReturn)
                await copier.RemoveUnclaimedAsync(cancellationToken);
            // A second one follows what its owner did during the first. Where mail comes as fast as it is copied, the next pass would have no less to do: the switch ends that.
            if (pass > 1 && (brought <= Few || brought > before / 2))
                break;
            before = brought;
        }

        await copier.BringFoldersAsync(cancellationToken);
        if (!state.IsReturn)
            await copier.VerifyAsync(cancellationToken);
        var lastPass = clock.GetUtcNow();
        await copier.PassAsync(Following.Flags, UpTo(lastPass), cancellationToken);
        return lastPass;
    }

    private async Task RunHookAsync(UserRecord record, MoveState state, CancellationToken cancellationToken)
    {
        if (_copier is null)
        {
            // as long as reading programs are not told, all that its owner does he does at the old place
            _copier = await NewCopierAsync(record, state, All, cancellationToken);
            await _copier.PassAsync(Following.All, UpTo(clock.GetUtcNow()), cancellationToken);
        }

        if (request.HasHook)
        {
            await tell(new MoveLine { User = name, Phase = Lower(state.Phase), Places = _places, WantsHook = true });
            await turn.Hook.WaitAsync(cancellationToken);
        }

        await ChangeAsync(state, (current, now) => (now with { Phase = MovePhase.Draining }).In(current), cancellationToken);
    }

    /// <returns>What is to be said of the old place.</returns>
    private async Task<string?> DrainAsync(UserRecord record, MoveState state, CancellationToken cancellationToken)
    {
        var concerns = All;
        if (_copier is null)
        {
            // This process knows nothing of what was copied; all of it was before the last look at the old place, and its owner may have removed it at the new one since.
            var since = ((state.LastPass ?? state.Started) - drain.Margin).ToUnixTimeSeconds();
            concerns = mail => mail.Arrival.ToUnixTimeSeconds() >= since;
            _copier = await NewCopierAsync(record, state, concerns, cancellationToken);
        }

        // too late to refuse it
        _target!.MayLoseFolders = true;
        _late += await _copier.PassAsync(Following.Nothing, concerns, cancellationToken);
        if (await drain.PassAsync(name, cancellationToken) is > 0 and var left)
            MoveLog.NotWaitedFor(logger, left, name, state.Other.Mda);
        _late += await _copier.PassAsync(Following.Nothing, concerns, cancellationToken);
        var keepsOld = state.KeepOld || (request.KeepOld && !state.IsReturn);
        await ChangeAsync(state, (current, now) => keepsOld ? MoveState.Without(current) : (now with { Phase = MovePhase.Removing }).In(current), cancellationToken);
        return keepsOld ? $"the old place stays: {state.Other.Values.GetValueOrDefault(Allocation.Home) ?? $"mda '{state.Other.Mda}'"}" : null;
    }

    private async Task RemoveAsync(UserRecord record, MoveState state, CancellationToken cancellationToken)
    {
        var other = await MovedMailbox.OfAsync(directory, state.OtherOf(record), cancellationToken);
        await other.Removal.RemoveAllAsync(cancellationToken);
        await ChangeAsync(state, (current, _) => MoveState.Without(current), cancellationToken);
    }

    /// <summary>One that begins behind the switch.</summary>
    private async Task<MailCopier> NewCopierAsync(UserRecord record, MoveState state, Func<StoredMail, bool> concerns, CancellationToken cancellationToken)
    {
        _target = new MailTarget(name, await MovedMailbox.OfAsync(directory, record, cancellationToken));
        var copier = NewCopier(await MovedMailbox.OfAsync(directory, state.OtherOf(record), cancellationToken), _target);
        await copier.PrepareAsync(isOwners: true, concerns, cancellationToken);
        return copier;
    }

    private MailCopier NewCopier(MovedMailbox source, MailTarget target) => new(name, source, target, newBuffer, _pace, clock)
    {
        Progress = async () =>
        {
            if (clock.GetElapsedTime(_told) >= ProgressEvery)
                await TellAsync(null);
        },
    };

    private async Task TellAsync(MovePhase? phase)
    {
        _told = clock.GetTimestamp();
        await tell(new MoveLine { User = name, Phase = phase is null ? null : Lower(phase.Value), Mails = _copier?.Mails ?? 0, Bytes = _copier?.Bytes ?? 0 });
    }

    /// <summary>Writes the next state, if the record still says what this one goes by.</summary>
    private async Task ChangeAsync(MoveState expected, Func<UserRecord, MoveState, UserRecord> change, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var record = await users.FindAsync(name, cancellationToken);
            if (MoveState.Of(record) is not { } state || state.Run != _run || state.Phase != expected.Phase)
                throw ChangedByOthers();
            var changed = change(record, state);
            // others have changed settings since the place was allocated: mail must not come to where it is refused
            if (changed.Allocation?.Id != record.Allocation?.Id)
                _ = await MovedMailbox.OfAsync(directory, changed, cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            if (await directory.Users.TryReplaceAsync(changed, CancellationToken.None) is null)
                continue;
            _hasEnded = !changed.Settings.ContainsKey(HostKeys.Moving);
            return;
        }

        throw Contended();
    }

    private AdminException ChangedByOthers() =>
        new(ExitCode.TemporaryFailure, $"the move of user '{name}' was changed by somebody else; 'mailstore user show {name}' says how far it is");

    private AdminException Contended() =>
        new(ExitCode.TemporaryFailure, $"the record of '{name}' was changed by others {Attempts} times meanwhile; try again");

    /// <summary>A mail that the MTA sends again after the switch, since the reply was lost, is still known.</summary>
    private static UserRecord WithOrigin(UserRecord moved, UserRecord before) =>
        moved.Settings.ContainsKey(HostKeys.Origin) ? moved : moved with { Settings = moved.Settings.Add(HostKeys.Origin, before.Allocation!.Id) };

    private static MovedPlaces PlacesOf(UserRecord record, MoveState state)
    {
        var own = AllocationView.Of(record.Allocation!);
        var (from, to) = state.IsSwitched ? (state.Other, own) : (own, state.Other);
        return new MovedPlaces(from.Mda, from.Values.GetValueOrDefault(Allocation.Home), to.Mda, to.Values.GetValueOrDefault(Allocation.Home));
    }

    /// <summary>A list that tells what comes while it is read would not end where mail comes as fast as it is copied.</summary>
    private static Func<StoredMail, bool> UpTo(DateTimeOffset now) => mail => mail.Arrival <= now;

    private static bool All(StoredMail mail) => true;

    private static string Lower(MovePhase phase) => phase.ToString().ToLowerInvariant();
}
