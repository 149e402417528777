using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using MailStore.Sdk;

namespace MailStore.Probes;

/// <summary>
/// A small user database that keeps the contract: one journal, one flock, one write at a time. Each instance of it may be given one flaw, which the conformance
/// kit must see.
/// </summary>
public class FileUserDatabase(ModuleContext context, TimeSpan lease, Flaw flaw = Flaw.None) : IUserDatabase, IUserLocks, IUserSequences, IUserDatabaseCounters, IModuleLifetime,
    IAsyncDisposable
{
    private readonly string _path = context.ResolvePath("users.journal");
    private readonly SemaphoreSlim _gate = new(1);
    private readonly ConcurrentDictionary<string, UserRecord> _cached = new(StringComparer.Ordinal);
    private CancellationTokenSource _batch = new();
    private readonly State _state = new(flaw);
    private Journal? _journal;
    private IDisposable? _owned;

    protected TimeSpan Lease => lease;

    protected virtual bool IsShared => false;

    public static FileUserDatabase Open(ModuleContext context, bool shared, TimeSpan lease, Flaw flaw) =>
        shared ? new SharedFileUserDatabase(context, lease, flaw) : new FileUserDatabase(context, lease, flaw);

    public ValueTask StartAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!IsShared && flaw != Flaw.OpensTwice)
            _owned = Journal.TryLock(_path);
        _journal = new Journal(_path, flaw);
        _journal.Read(_state);
        if (flaw == Flaw.RepeatsSequencesAfterARestart)
            _state.Sequences.Clear();
        return default;
    }

    public ValueTask StopAsync(CancellationToken cancellationToken)
    {
        if (flaw == Flaw.AcknowledgesBeforeItIsDurable)
            _journal?.Flush(durable: true);
        _journal?.Dispose();
        _owned?.Dispose();
        return default;
    }

    public ValueTask DisposeAsync()
    {
        _gate.Dispose();
        _batch.Dispose();
        GC.SuppressFinalize(this);
        return default;
    }

    public async ValueTask<UserRecord?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (flaw == Flaw.CachesWhatOthersChange && _cached.TryGetValue(name, out var cached))
            return cached;
        var found = await ReadAsync(state => state.Users.GetValueOrDefault(Key(name)), cancellationToken);
        if (found is not null)
            _cached[name] = found;
        return found;
    }

    public ValueTask<UserRecord?> TryAddAsync(UserRecord user, CancellationToken cancellationToken) => WriteAsync(
        write => write.State.Users.ContainsKey(Key(user.Name)) ? null : write.Put(user, flaw == Flaw.ReusesVersions ? 1 : write.State.LastVersion + 1), cancellationToken);

    public ValueTask<UserRecord?> TryReplaceAsync(UserRecord user, CancellationToken cancellationToken) => WriteAsync(
        write => !write.State.Users.TryGetValue(Key(user.Name), out var old) || (old.Version != user.Version && flaw != Flaw.LosesTheVersionCheck)
            ? null : write.Put(user, flaw == Flaw.ReusesVersions ? old.Version + 1 : write.State.LastVersion + 1),
        cancellationToken);

    public ValueTask<bool> TryRemoveAsync(UserRecord user, CancellationToken cancellationToken) => WriteAsync(
        write => write.State.Users.TryGetValue(Key(user.Name), out var old) && old.Version == user.Version && write.Do(new Entry("remove", old.Name)), cancellationToken);

    public async IAsyncEnumerable<UserRecord> ListAsync(string? prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var all = await ReadAsync(state => state.Users.Values.ToList(), cancellationToken);
        if (flaw == Flaw.ListsIgnoringCase)
            all.Sort((one, two) => StringComparer.OrdinalIgnoreCase.Compare(one.Name, two.Name));
        if (flaw == Flaw.ListsUsersTwice && all.Count > 256)
            all.Insert(256, all[255]);
        var pattern = new Regex("^" + Regex.Escape(prefix ?? "").Replace("%", ".*", StringComparison.Ordinal).Replace("_", ".", StringComparison.Ordinal), RegexOptions.Singleline);
        foreach (var user in all)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (flaw == Flaw.TakesThePrefixForAPattern ? pattern.IsMatch(user.Name) : user.Name.StartsWith(prefix ?? "", StringComparison.Ordinal))
                yield return user;
        }
    }

    public ValueTask<long> NextAsync(string sequence, CancellationToken cancellationToken) => WriteAsync(
        write =>
        {
            var next = write.State.Sequences.GetValueOrDefault(sequence) + 1;
            write.Do(new Entry("next", sequence) { Version = next });
            return next;
        },
        cancellationToken);

    public ValueTask<UserDatabaseCounters> GetCountersAsync(CancellationToken cancellationToken) => ReadAsync(
        state => new UserDatabaseCounters
        {
            LastVersion = flaw == Flaw.ForgetsVersionsOfTheRemoved ? state.Users.Values.Max(user => (long?)user.Version) ?? 0 : state.LastVersion,
            Sequences = state.Sequences.ToImmutableSortedDictionary(StringComparer.Ordinal),
        },
        cancellationToken);

    public async ValueTask RaiseCountersAsync(UserDatabaseCounters counters, CancellationToken cancellationToken) => await WriteAsync(
        write =>
        {
            var state = write.State;
            if (flaw == Flaw.RaisesInMemoryOnly)
            {
                state.Apply(new Entry("version", "") { Version = counters.LastVersion });
                return true;
            }

            write.Do(new Entry("version", "") { Version = counters.LastVersion });
            foreach (var (name, number) in counters.Sequences.Where(last => flaw == Flaw.LowersItsCounters || last.Value > state.Sequences.GetValueOrDefault(last.Key)))
                write.Do(new Entry("next", name) { Version = number });
            return true;
        },
        cancellationToken);

    public async ValueTask<IUserLock> LockAsync(string name, CancellationToken cancellationToken) => flaw == Flaw.KeepsTheLockOfWhoGaveUp
        ? await TakeAsync(name, CancellationToken.None).WaitAsync(cancellationToken)
        : await TakeAsync(name, cancellationToken);

    private async Task<IUserLock> TakeAsync(string name, CancellationToken cancellationToken)
    {
        var owner = Guid.NewGuid().ToString("n");
        while (!await WriteAsync(write => TryLock(write, name, owner), cancellationToken))
            await Task.Delay(5, cancellationToken);
        return new FileLock(lease, async () => await WriteAsync(write => Unlock(write, name, owner), CancellationToken.None), flaw);
    }

    private bool TryLock(Writing write, string name, string owner)
    {
        var free = !write.State.Locks.TryGetValue(name, out var held) || (held.Expires < DateTimeOffset.UtcNow && flaw != Flaw.LocksWithoutExpiry);
        return (free || flaw == Flaw.LetsTwoHoldALock) && write.Do(new Entry("lock", name) { Owner = owner, Expires = DateTimeOffset.UtcNow + lease });
    }

    private bool Unlock(Writing write, string name, string owner) =>
        write.State.Locks.TryGetValue(name, out var held) && (held.Owner == owner || flaw == Flaw.DisposesTheLockOfAnother) && write.Do(new Entry("unlock", name));

    private string Key(string name) => flaw == Flaw.TrimsNames ? name.Trim() : name;

    private ValueTask<T> ReadAsync<T>(Func<State, T> read, CancellationToken cancellationToken) => TurnAsync(
        () =>
        {
            _journal!.Read(_state);
            return read(_state);
        },
        cancellationToken);

    private async ValueTask<T> WriteAsync<T>(Func<Writing, T> write, CancellationToken cancellationToken) => await TurnAsync(
        async () =>
        {
            using var all = IsShared ? await Journal.LockAsync(_path, cancellationToken) : null;
            _journal!.Read(_state);
            var writing = new Writing(_state, _journal, flaw == Flaw.TrimsNames);
            var result = write(writing);
            if (writing.Name is { } name)
                _cached.TryRemove(name, out _);
            return result;
        },
        cancellationToken).AsTask().Unwrap();

    /// <summary>One at a time; whoever is cancelled before his turn has done nothing.</summary>
    private async ValueTask<T> TurnAsync<T>(Func<T> action, CancellationToken cancellationToken)
    {
        await WaitAsync(cancellationToken);
        try
        {
            var result = action();
            if (result is Task task)
                await task;
            return result;
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (flaw != Flaw.CancelledCallFailsTheBatch)
        {
            await _gate.WaitAsync(cancellationToken);
            return;
        }

        await using var registration = cancellationToken.Register(() => Interlocked.Exchange(ref _batch, new CancellationTokenSource()).Cancel());
        await _gate.WaitAsync(_batch.Token);
    }

    private sealed class Writing(State state, Journal journal, bool trim)
    {
        public State State => state;

        public string? Name { get; private set; }

        public bool Do(Entry entry)
        {
            journal.Write(state, entry);
            Name = entry.Name;
            return true;
        }

        public UserRecord Put(UserRecord user, long version)
        {
            var stored = user with { Version = version };
            Do(MailStore.Probes.State.Put(trim ? stored with { Name = stored.Name.Trim() } : stored));
            return stored;
        }
    }
}
