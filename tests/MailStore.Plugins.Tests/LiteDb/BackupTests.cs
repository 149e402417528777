using CsCheck;
using MailStore.LiteDb.Storage;
using MailStore.LiteDb.Users;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.LiteDb;

public sealed class BackupTests
{
    [Fact]
    public async Task A_copy_made_under_load_is_the_database_of_one_instant()
    {
        await using var database = await TestDatabase.OpenAsync();
        await FillAsync(database.Users, "before", 6000, size: 4000);
        using var end = new CancellationTokenSource();
        // each writer adds one user after the other: of one instant no later one can be without all the earlier ones
        var written = new int[8];
        var writers = Enumerable.Range(0, written.Length).Select(writer => Task.Run(async () =>
        {
            for (; !end.IsCancellationRequested; written[writer]++)
            {
                var user = await database.Users.TryAddAsync(TestDatabase.User($"w{writer}-{written[writer]:D6}@example.org", ("note", new string('x', 2000))), default);
                await database.Users.TryReplaceAsync(user! with { Settings = user.Settings.SetItem("note", "done") }, default);
                await database.Users.NextAsync("uid", default);
            }
        })).ToArray();
        await Eventually(() => written.Sum() > 50);

        await using var restored = new TestDatabaseCopy();
        int[] before;
        int during;
        // a busy machine may give the writers no turn while a copy is made
        var copies = 0;
        do
        {
            before = [.. written];
            await using var copy = await database.Users.OpenBackupAsync(default);
            during = written.Sum() - before.Sum();
            await restored.TakeAsync(copy);
        }
        while (during == 0 && ++copies < 5);
        Assert.True(during > 0, "nothing was written while the copy was made");

        await end.CancelAsync();
        await Task.WhenAll(writers);

        var users = await restored.OpenAsync();
        Assert.Equal(6000, (await TestDatabase.ListAsync(users, "before")).Count);
        for (var writer = 0; writer < written.Length; writer++)
        {
            var found = await TestDatabase.ListAsync(users, $"w{writer}-");
            Assert.InRange(found.Count, before[writer], written[writer] + 1);
            Assert.Equal(Enumerable.Range(0, found.Count).Select(i => $"w{writer}-{i:D6}@example.org"), found.Select(user => user.Name));
            Assert.All(found.SkipLast(1), user => Assert.Equal("done", user.Settings["note"]));
        }

        // what it counts goes on where the copy stood
        Assert.InRange(await users.NextAsync("uid", default), before.Sum() + 1, written.Sum() + 1);
        var added = await users.TryAddAsync(TestDatabase.User("new@example.org"), default);
        Assert.All(await TestDatabase.ListAsync(users, "w"), user => Assert.True(user.Version < added!.Version));
    }

    [Fact]
    public async Task A_copy_of_a_quiet_database_is_it_to_the_byte_and_leaves_nothing_beside_it()
    {
        await using var database = await TestDatabase.OpenAsync();
        await FillAsync(database.Users, "user", 100);
        await using var copy = await database.Users.OpenBackupAsync(default);
        Assert.Equal(["users.db", "users.db-journal"], Directory.GetFiles(database.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        using var bytes = new MemoryStream();
        await copy.CopyToAsync(bytes);
        // written to now: the copy stays
        await FillAsync(database.Users, "later", 100);
        copy.Position = 0;
        using var again = new MemoryStream();
        await copy.CopyToAsync(again);
        Assert.Equal(bytes.ToArray(), again.ToArray());

        await using var restored = new TestDatabaseCopy();
        bytes.Position = 0;
        await restored.TakeAsync(bytes);
        Assert.Equal(100, (await TestDatabase.ListAsync(await restored.OpenAsync())).Count);
    }

    [Fact]
    public async Task A_restore_over_a_database_that_ended_suddenly_wants_its_journal_gone()
    {
        await using var database = await TestDatabase.OpenAsync();
        await FillAsync(database.Users, "user", 10);
        await using var restored = new TestDatabaseCopy();
        await using (var copy = await database.Users.OpenBackupAsync(default))
            await restored.TakeAsync(copy);
        Assert.False(File.Exists(restored.File + "-journal"));
        Assert.Equal(await TestDatabase.ListAsync(database.Users), await TestDatabase.ListAsync(await restored.OpenAsync()), UserComparer.Instance);
    }

    [Fact]
    public async Task Many_copies_at_once_and_copies_that_are_given_up_harm_nobody()
    {
        await using var database = await TestDatabase.OpenAsync();
        await FillAsync(database.Users, "user", 3000);
        var writing = Task.Run(() => FillAsync(database.Users, "meanwhile", 300));
        for (var i = 0; i < 10; i++)
        {
            using var cancel = new CancellationTokenSource();
            var given = database.Users.OpenBackupAsync(cancel.Token).AsTask();
            await Task.Delay(i);
            await cancel.CancelAsync();
            try
            {
                await (await given).DisposeAsync();
            }
            catch (OperationCanceledException)
            {
            }
        }

        var copies = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => database.Users.OpenBackupAsync(default).AsTask()));
        await writing;
        foreach (var copy in copies)
        {
            await using var restored = new TestDatabaseCopy();
            await restored.TakeAsync(copy);
            await copy.DisposeAsync();
            Assert.Equal(3000, (await TestDatabase.ListAsync(await restored.OpenAsync(), "user")).Count);
        }

        Assert.Equal(300, (await TestDatabase.ListAsync(database.Users, "meanwhile")).Count);
    }

    [Fact]
    public async Task Of_a_damaged_database_no_copy_is_made()
    {
        await using var database = await TestDatabase.OpenAsync();
        await FillAsync(database.Users, "user", 500);
        await database.StopAsync();
        var bytes = await File.ReadAllBytesAsync(database.File);
        bytes[20 * DatabasePage.Size + 4000] ^= 1;
        await File.WriteAllBytesAsync(database.File, bytes);
        await database.StartAsync();

        var failure = await Assert.ThrowsAsync<TemporaryFailureException>(async () => await database.Users.OpenBackupAsync(default));
        Assert.Contains("is damaged: page 20", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void However_copying_and_commits_interleave_the_copy_is_the_file_of_its_last_moment_and_needs_no_journal() => Gen.Int.Sample(seed =>
    {
        var random = new Random(seed);
        var disk = new SimulatedDisk();
        using var data = new SimulatedFile(disk, UserStore.CreateImage());
        using var journal = new SimulatedFile(disk, []);
        using var store = UserStore.Open(new DatabaseFiles("/simulated/users.db", data, journal, false, () => { }));
        var users = new Dictionary<string, UserRecord>(StringComparer.Ordinal);
        for (var i = 0; i < 40; i++)
            Change(large: true);
        using var target = new SimulatedFile(new SimulatedDisk(), []);
        var copy = new DatabaseCopy(target);
        do
        {
            while (random.Next(3) > 0)
                Change(large: random.Next(4) == 0);
        }
        while (!store.CopyTo(copy));
        var expected = users.Values.OrderBy(user => user.Name, StringComparer.Ordinal).ToList();
        Assert.Null(copy.Fault);
        Assert.Equal(Content(data), Content(target));

        // what comes later is not in it
        Change(large: false);
        using var noJournal = new SimulatedFile(disk, []);
        using var restored = UserStore.Open(new DatabaseFiles("/simulated/copy.db", target, noJournal, false, () => { }));
        Assert.Equal(expected, restored.Read("", inclusive: true, count: 1000), UserComparer.Instance);

        void Change(bool large)
        {
            var user = TestDatabase.User($"user{random.Next(60):D2}@example.org", ("note", new string('x', large ? random.Next(200_000) : random.Next(2000)))) with { Version = store.LastVersion + 1 };
            var isRemoved = users.ContainsKey(user.Name) && random.Next(3) == 0;
            store.Commit(new Dictionary<string, UserRecord?> { [user.Name] = isRemoved ? null : user }, new Dictionary<string, long>(), user.Version);
            if (isRemoved)
                users.Remove(user.Name);
            else
                users[user.Name] = user;
        }

        static byte[] Content(SimulatedFile file)
        {
            var bytes = new byte[file.Length];
            file.Read(0, bytes);
            return bytes;
        }
    }, iter: 10, threads: 1);

    private static async Task FillAsync(LiteDbUserDatabase users, string prefix, int count, int size = 300) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(i => users.TryAddAsync(TestDatabase.User($"{prefix}{i:D5}@example.org", ("note", new string('x', size))), default).AsTask()));

    private static async Task Eventually(Func<bool> condition)
    {
        for (var i = 0; !condition(); i++)
        {
            Assert.True(i < 6000, "it did not come about within a minute");
            await Task.Delay(10);
        }
    }

    /// <summary>A second server's place, with a copy in it.</summary>
    private sealed class TestDatabaseCopy : IAsyncDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("mailstore-litedb-").FullName;
        private LiteDbUserDatabase? _users;

        public string File => Path.Combine(_folder, "users.db");

        public async Task TakeAsync(Stream copy)
        {
            await using var file = System.IO.File.Create(File);
            await copy.CopyToAsync(file);
        }

        public async Task<LiteDbUserDatabase> OpenAsync()
        {
            _users = new LiteDbUserDatabase(
                new LiteDbUserDatabaseOptions(), Microsoft.Extensions.Logging.Abstractions.NullLogger<LiteDbUserDatabase>.Instance, TimeProvider.System, new ModuleContext("litedb", _folder));
            await _users.StartAsync(default);
            return _users;
        }

        public async ValueTask DisposeAsync()
        {
            if (_users is not null)
                await _users.StopAsync(default);
            Directory.Delete(_folder, recursive: true);
        }
    }
}
