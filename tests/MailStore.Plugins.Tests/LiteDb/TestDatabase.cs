using MailStore.LiteDb.Storage;
using MailStore.LiteDb.Users;
using MailStore.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.LiteDb;

/// <summary>A user database in a folder of its own, which can be closed and opened again.</summary>
internal sealed class TestDatabase : IAsyncDisposable
{
    private readonly LiteDbUserDatabaseOptions _options = new();
    private LiteDbUserDatabase? _users;

    public string Folder { get; } = Directory.CreateTempSubdirectory("mailstore-litedb-").FullName;

    public string File => Path.Combine(Folder, "users.db");

    public LiteDbUserDatabase Users => _users ?? throw new InvalidOperationException("not open");

    public static async Task<TestDatabase> OpenAsync(int cachedUsers = 50_000)
    {
        var database = new TestDatabase();
        database._options.CachedUsers = cachedUsers;
        await database.StartAsync();
        return database;
    }

    public static UserRecord User(string name, params (string Key, string Value)[] settings)
    {
        var user = new UserRecord { Name = name };
        return user with { Settings = user.Settings.AddRange(settings.Select(s => KeyValuePair.Create(s.Key, s.Value))) };
    }

    /// <summary>A database over files that the test made up.</summary>
    public static LiteDbUserDatabase Over(IBlockFile data, IBlockFile journal, int cachedUsers = 50_000) => new(
        new LiteDbUserDatabaseOptions { CachedUsers = cachedUsers }, NullLogger.Instance, TimeProvider.System, "/simulated/users.db",
        () => new DatabaseFiles("/simulated/users.db", data, journal, false, () => { }));

    public static async Task<List<UserRecord>> ListAsync(IUserDatabase users, string? prefix = null)
    {
        var list = new List<UserRecord>();
        await foreach (var user in users.ListAsync(prefix, default))
            list.Add(user);
        return list;
    }

    public async Task StartAsync()
    {
        _users = Create();
        await _users.StartAsync(default);
    }

    public LiteDbUserDatabase Create() => new(_options, NullLogger<LiteDbUserDatabase>.Instance, TimeProvider.System, new ModuleContext("litedb", Folder));

    public async Task StopAsync()
    {
        if (_users is not null)
            await _users.StopAsync(default);
        _users = null;
    }

    public async Task RestartAsync()
    {
        await StopAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Folder, recursive: true);
    }
}
