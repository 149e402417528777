using System.Globalization;

namespace MailStore.Sdk.Conformance;

/// <summary>All that one case works with: a place, the hosts over it, and the user database that the kit plays.</summary>
internal sealed class AgentWorld(CaseContext<AgentUnderTest> context) : IAsyncDisposable
{
    public const string Alice = "alice@example.org";
    public const string Bob = "bob@example.org";

    /// <summary>"Soon", for a module that is to come back: generous, for a machine that does other things too.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    private readonly List<AgentHost> _hosts = [];
    private readonly Surroundings _surroundings = new(context.NewPlace());
    private long _lastVersion;

    public CaseContext<AgentUnderTest> Context => context;

    public ModuleContext Place => _surroundings.Place;

    public AgentSequences Sequences { get; } = new();

    public CancellationToken CancellationToken => context.CancellationToken;

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

    /// <summary>A record as an administrator adds it.</summary>
    public UserRecord NewRecord(string name, ByteSize? quota = null)
    {
        var record = new UserRecord { Name = name, Version = Interlocked.Increment(ref _lastVersion) };
        return quota is { } limit
            ? record with { Settings = record.Settings.Add(AgentUnderTest.Quota, limit.Bytes.ToString(CultureInfo.InvariantCulture)) }
            : record;
    }

    /// <summary>The record as a creator writes it: what counts from now on.</summary>
    public UserRecord Write(UserRecord record, Allocation allocation) =>
        record with { Allocation = allocation, Version = Interlocked.Increment(ref _lastVersion) };

    /// <exception cref="ConformanceException">Something beside or above the data directory was touched.</exception>
    public void ExpectNothingOutside() => _surroundings.ExpectUntouched();

    /// <summary>Waits for what must not take long.</summary>
    /// <exception cref="ConformanceException">It took too long.</exception>
    public async Task<T> SoonAsync<T>(Task<T> task, string what)
    {
        try
        {
            return await task.WaitAsync(Soon, CancellationToken);
        }
        catch (TimeoutException)
        {
            throw new ConformanceException($"{what} did not come to an end within {Soon.TotalSeconds:0} seconds");
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
            await host.CleanUpAsync();
    }
}
