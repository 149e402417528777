using MailStore.Host.Configuration;
using MailStore.Host.Modules;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Modules;

public sealed class ModuleSetLifeTests : IDisposable
{
    private readonly List<string> _events = [];
    private readonly RecordingLoggerFactory _log = new();

    public void Dispose() => _log.Dispose();

    [Fact]
    public async Task Databases_start_first_and_stop_last()
    {
        await using (var modules = Make(null))
        {
            await modules.StartAsync(default);
            await modules.StopAsync(default);
            await modules.StopAsync(default);
        }

        Assert.Equal(
            [
                "start userdb", "start creator", "start mda", "stop mda", "stop creator", "stop userdb",
                "dispose mda", "dispose creator", "dispose userdb",
            ],
            _events);
    }

    [Fact]
    public async Task When_one_does_not_start_those_that_did_are_stopped_again()
    {
        await using var modules = Make("creator");
        var exception = await Assert.ThrowsAsync<ModuleStartException>(() => modules.StartAsync(default));
        Assert.Equal("creator 'creator' (creator.dll) did not start: no room", exception.Message);
        Assert.IsType<TemporaryFailureException>(exception.InnerException);
        Assert.Equal(["start userdb", "start creator", "stop creator", "stop userdb"], _events);
    }

    [Fact]
    public async Task Disposal_stops_what_was_started()
    {
        await using (var modules = Make(null))
            await modules.StartAsync(default);
        Assert.Contains("stop userdb", _events);
    }

    private ModuleSet Make(string? failing) =>
        new([.. new[] { ModuleKind.Mda, ModuleKind.Creator, ModuleKind.Userdb }.Select(kind => Instance(kind, failing))], "creator", "userdb", _log);

    private ModuleInstance Instance(ModuleKind kind, string? failing)
    {
        var name = kind.ToText();
        var identity = new ModuleIdentity(kind, name, name, $"{name}.dll");
        return new ModuleInstance(new Recorded(name, _events, name == failing), new ModuleBoundary(identity, new ModulesOptions(), _log, TimeProvider.System));
    }

    private sealed class Recorded(string name, List<string> events, bool fails) : IMailDeliveryAgent, ICreator, IUserDatabase, IModuleLifetime, IDisposable
    {
        public ValueTask StartAsync(CancellationToken cancellationToken)
        {
            Note("start");
            return fails ? throw new TemporaryFailureException("no room") : default;
        }

        public ValueTask StopAsync(CancellationToken cancellationToken)
        {
            Note("stop");
            return default;
        }

        public void Dispose() => Note("dispose");

        private void Note(string what) => events.Add($"{what} {name}");

        public ParseResult Parse(EffectiveUser user) => new ParseResult.Incomplete("all");

        public ValueTask<Allocation> AllocateAsync(EffectiveUser user, AllocationContext context, CancellationToken cancellationToken) => default;

        public ValueTask ReleaseAsync(UserRecord? current, Allocation lost, CancellationToken cancellationToken) => default;

        public ValueTask<UserRecord?> CreateAsync(UserRecord user, IAllocator allocator, IUserDatabase users, CancellationToken cancellationToken) => default;

        public ValueTask<UserRecord?> FindAsync(string name, CancellationToken cancellationToken) => default;

        public ValueTask<UserRecord?> TryAddAsync(UserRecord user, CancellationToken cancellationToken) => default;

        public ValueTask<UserRecord?> TryReplaceAsync(UserRecord user, CancellationToken cancellationToken) => default;

        public ValueTask<bool> TryRemoveAsync(UserRecord user, CancellationToken cancellationToken) => default;

        public IAsyncEnumerable<UserRecord> ListAsync(string? prefix, CancellationToken cancellationToken) => throw new InvalidOperationException();
    }
}
