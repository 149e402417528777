using BenchmarkDotNet.Attributes;
using MailStore.Host.Delivery;
using MailStore.Sdk;

namespace MailStore.Benchmarks.Parts;

/// <summary>
/// What the host remembers of a user: found, or not there and kept anew, in a cache that turns its generations over; and the same as a recipient meets it, where a
/// miss binds the settings and asks the module, here one that does nothing.
/// </summary>
public class ParseCacheBenchmark
{
    private const int Capacity = 20_000;

    /// <summary>So many that the first is forgotten when the last was kept.</summary>
    private const int Many = 4 * Capacity;

    private readonly ParseCache _cache = new(Capacity);
    private readonly ParsedUser[] _users = [.. Enumerable.Range(0, Many).Select(i => new ParsedUser(RecordOf($"user{i}@example.org"), null, null, new ParseResult.Incomplete("home")))];
    private readonly UserRecord[] _versions = [.. Enumerable.Range(0, Many).Select(i => RecordOf(IdleModules.User) with { Version = i + 2 })];
    private readonly UserRecord _user = RecordOf(IdleModules.User);
    private readonly ParsedUser _known = new(RecordOf(IdleModules.User), null, null, new ParseResult.Incomplete("home"));
    private readonly ParseCache _calm = new(Capacity);
    private IdleModules? _modules;
    private UserDirectory _directory = null!;
    private UserDirectory _changing = null!;
    private int _next;

    [GlobalSetup]
    public async Task LoadAsync()
    {
        _modules = IdleModules.Load();
        _directory = _modules.CreateDirectory();
        _changing = _modules.CreateDirectory();
        _calm.Keep(_known);
        await _directory.ParseAsync(_user, CancellationToken.None);
    }

    [GlobalCleanup]
    public void Unload() => _modules?.Dispose();

    [Benchmark(Description = "hit")]
    public bool Hit() => _calm.Find(IdleModules.User, 1) is not null;

    [Benchmark(Description = "miss, and kept")]
    public bool Miss()
    {
        var user = _users[Next()];
        if (_cache.Find(user.Record.Name, user.Record.Version) is not null)
            return true;
        _cache.Keep(user);
        return false;
    }

    [Benchmark(Description = "record parsed: hit")]
    public bool ParseKnown()
    {
        var parsed = _directory.ParseAsync(_user, CancellationToken.None);
        return parsed.IsCompletedSuccessfully && parsed.Result.Mda is not null;
    }

    /// <summary>Its version is another each time. Awaited: the module is called on a thread of the pool.</summary>
    [Benchmark(Description = "record parsed: miss")]
    public async Task<bool> ParseChangedAsync() => (await _changing.ParseAsync(_versions[Next()], CancellationToken.None)).Mda is not null;

    private static UserRecord RecordOf(string name) => new() { Name = name, Version = 1 };

    private int Next() => _next = (_next + 1) % Many;
}
