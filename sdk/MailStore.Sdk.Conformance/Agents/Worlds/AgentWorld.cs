using System.Globalization;

namespace MailStore.Sdk.Conformance;

/// <summary>All that one case works with: a place, the hosts over it, and the records of users.</summary>
internal sealed class AgentWorld(CaseContext<AgentUnderTest> context) : IAsyncDisposable
{
    public const string Alice = "alice@example.org";
    public const string Bob = "bob@example.org";

    private const int ShareOfSoon = 6;

    // for a module that is to come back: generous, for a machine that does other things too
    private readonly TimeSpan _soon = context.TimeLimit / ShareOfSoon;
    private readonly CancellationTokenSource _over = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
    private readonly List<AgentHost> _hosts = [];
    private readonly Surroundings _surroundings = new(context.NewPlace());
    private readonly AgentUsers _users = new(context);

    public CaseContext<AgentUnderTest> Context => context;

    public ModuleContext Place => _surroundings.Place;

    /// <summary>A directory above the data directory, for names from outside that are absolute paths: nothing may come there.</summary>
    public string Outside => _surroundings.Root;

    public CancellationToken CancellationToken => context.CancellationToken;

    /// <summary>Cancelled when the case is over: a module that does not heed its cancellations is then to be kept waiting no longer.</summary>
    public CancellationToken Over => _over.Token;

    /// <summary>A host that was not started yet.</summary>
    public async Task<AgentHost> OpenAsync()
    {
        context.Step("the constructor");
        var host = new AgentHost(this, await context.Module.OpenAsync(Place, CancellationToken));
        _hosts.Add(host);
        return host;
    }

    /// <summary>A running host.</summary>
    public async Task<AgentHost> StartAsync()
    {
        var host = await OpenAsync();
        await host.StartAsync();
        return host;
    }

    /// <summary>Another running host over the same storage.</summary>
    /// <exception cref="NotOfferedException">The module serves one host.</exception>
    public Task<AgentHost> StartAnotherAsync() => context.Module.IsShared
        ? StartAsync()
        : throw new NotOfferedException("the storage has one owner at a time: two hosts cannot be tried");

    /// <summary>A record as an administrator adds it; a user of that name is removed before, and what he has stays.</summary>
    public Task<UserRecord> NewRecordAsync(string name, ByteSize? quota = null)
    {
        var record = new UserRecord { Name = name };
        return _users.AddAsync(quota is { } limit
            ? record with { Settings = record.Settings.Add(AgentUnderTest.Quota, limit.Bytes.ToString(CultureInfo.InvariantCulture)) }
            : record);
    }

    /// <summary>The record as a creator writes it: what counts from now on.</summary>
    public Task<UserRecord> WriteAsync(UserRecord record, Allocation allocation) => _users.ReplaceAsync(record with { Allocation = allocation });

    /// <summary>The sequences of the user database, which all hosts of the case share.</summary>
    public Task<IUserSequences> GetSequencesAsync() => _users.GetSequencesAsync();

    /// <exception cref="ConformanceException">Something beside or above the data directory was touched.</exception>
    public void ExpectNothingOutside() => _surroundings.ExpectUntouched();

    /// <summary>Waits for what must not take long.</summary>
    /// <exception cref="ConformanceException">It took too long.</exception>
    public async Task<T> SoonAsync<T>(Task<T> task, string what)
    {
        try
        {
            return await task.WaitAsync(_soon, CancellationToken);
        }
        catch (TimeoutException)
        {
            throw new ConformanceException($"{what} did not come to an end within {_soon.TotalSeconds:0.#} seconds");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        foreach (var host in _hosts)
            await host.CleanUpAsync();
        _over.Dispose();
    }
}
