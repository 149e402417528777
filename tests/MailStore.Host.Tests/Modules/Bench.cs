using MailStore.Host.Configuration;
using MailStore.Host.Modules;
using MailStore.Sdk;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Host.Tests.Modules;

/// <summary>A <see cref="ScriptedModule"/> behind a boundary, a clock to turn, and every call of the contract by its name.</summary>
internal sealed class Bench : IDisposable
{
    public const string User = "alice@example.org";

    private static readonly UserRecord Record = new() { Name = User, Version = 1 };
    private static readonly Allocation Lost = new() { Id = "0", Mda = "x", Form = 1 };

    private readonly GuardedAgent _agent;
    private readonly GuardedMailbox _mailbox;
    private readonly GuardedCreator _creator;
    private readonly GuardedUserDatabase _users;

    public Bench(ModulesOptions? options = null)
    {
        Boundary = new ModuleBoundary(new ModuleIdentity(ModuleKind.Mda, "x", "scripted", "x.dll"), options ?? new ModulesOptions(), Log, Clock);
        _agent = new GuardedAgent(Module, Boundary);
        _mailbox = new GuardedMailbox(Module, Boundary, User);
        _creator = new GuardedCreator(Module, Boundary);
        _users = new GuardedUserDatabase(Module, Boundary);
        Instance = new ModuleInstance(Module, Boundary);
    }

    public static IReadOnlyList<string> AllCalls { get; } =
    [
        "Parse", "AllocateAsync", "ReleaseAsync", "DeliverAsync", "GetUsageAsync", "RemoveAllAsync", "OpenAsync", "ListAsync",
        "GetFidelityAsync", "TryCreateFolderAsync", "ImportAsync", "TrySetFlagsAsync", "TryRemoveAsync of a mail",
        "CreateAsync", "FindAsync", "TryAddAsync", "TryReplaceAsync", "TryRemoveAsync", "ListAsync of users", "LockAsync", "NextAsync",
        "GetLockLeaseAsync",
    ];

    public static Mail Mail { get; } = new()
    {
        DeliveryId = "d",
        TransactionId = "t",
        Sender = "",
        OriginalRecipient = User,
        User = User,
        Arrival = DateTimeOffset.UnixEpoch,
        Header = default,
        Content = MailContent.FromMemory("content"u8.ToArray()),
    };

    public ScriptedModule Module { get; } = new();

    public RecordingLoggerFactory Log { get; } = new();

    public FakeTimeProvider Clock { get; } = new();

    public ModuleBoundary Boundary { get; }

    public ModuleInstance Instance { get; }

    private IMailboxImport Import => (IMailboxImport)(object)_mailbox;

    /// <summary>Calls a member of the contract through its guard.</summary>
    public Task<object?> CallAsync(string call, CancellationToken cancellationToken = default) => call switch
    {
        "Parse" => Of(_agent.ParseAsync(new EffectiveUser(Record, null), cancellationToken)),
        "AllocateAsync" => Of(_agent.AllocateAsync(new EffectiveUser(Record, null), new AllocationContext("x", null), cancellationToken)),
        "ReleaseAsync" => Of(_agent.ReleaseAsync(Record, Lost, cancellationToken)),
        "DeliverAsync" => Of(_mailbox.DeliverAsync(Mail, cancellationToken)),
        "GetUsageAsync" => Of(((IMailboxUsage)(object)_mailbox).GetUsageAsync(cancellationToken)),
        "RemoveAllAsync" => Of(((IMailboxRemoval)(object)_mailbox).RemoveAllAsync(cancellationToken)),
        "OpenAsync" => Of(((IReadableMailbox)(object)_mailbox).OpenAsync("1", cancellationToken)),
        "ListAsync" => ListAsync(((IReadableMailbox)(object)_mailbox).ListAsync(cancellationToken)),
        "GetFidelityAsync" => Of(Import.GetFidelityAsync(cancellationToken)),
        "TryCreateFolderAsync" => Of(Import.TryCreateFolderAsync("Lists", cancellationToken)),
        "ImportAsync" => Of(Import.ImportAsync([Mail, Mail], cancellationToken)),
        "TrySetFlagsAsync" => Of(Import.TrySetFlagsAsync("1", MailFlags.Seen, cancellationToken)),
        "TryRemoveAsync of a mail" => Of(Import.TryRemoveAsync("1", cancellationToken)),
        "CreateAsync" => Of(_creator.CreateAsync(Record, null!, _users, cancellationToken)),
        "FindAsync" => Of(_users.FindAsync(User, cancellationToken)),
        "TryAddAsync" => Of(_users.TryAddAsync(Record, cancellationToken)),
        "TryReplaceAsync" => Of(_users.TryReplaceAsync(Record, cancellationToken)),
        "TryRemoveAsync" => Of(_users.TryRemoveAsync(Record, cancellationToken)),
        "ListAsync of users" => ListAsync(_users.ListAsync("a", cancellationToken)),
        "LockAsync" => Of(((IUserLocks)(object)_users).LockAsync(User, cancellationToken)),
        "NextAsync" => Of(((IUserSequences)(object)_users).NextAsync("uid", cancellationToken)),
        "GetLockLeaseAsync" => Of(((ISharedUserDatabase)(object)_users).GetLockLeaseAsync(cancellationToken)),
        _ => throw new ArgumentOutOfRangeException(nameof(call), call, null),
    };

    /// <summary>Turns the clock until a call is over.</summary>
    public async Task<TimeSpan> PassUntilAsync(Task over)
    {
        var start = Clock.GetTimestamp();
        for (var i = 0; !over.IsCompleted; i++)
        {
            Assert.True(i < 5000, "the call is not over after an hour and a half");
            Clock.Advance(TimeSpan.FromSeconds(4));
            await Task.WhenAny(over, Task.Delay(1));
        }

        return Clock.GetElapsedTime(start);
    }

    public void Dispose()
    {
        Module.Release();
        Boundary.Dispose();
        Log.Dispose();
    }

    private static async Task<object?> Of<T>(ValueTask<T> task) => await task;

    private static async Task<object?> Of(ValueTask task)
    {
        await task;
        return null;
    }

    private static async Task<object?> ListAsync<T>(IAsyncEnumerable<T> list)
    {
        var all = new List<T>();
        await foreach (var element in list)
            all.Add(element);
        return all;
    }
}
