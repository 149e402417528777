using MailStore.LiteDb.Storage;
using MailStore.LiteDb.Users;
using MailStore.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.LiteDb;

public sealed class DamagedFileTests
{
    [Theory]
    [InlineData("empty")]
    [InlineData("cut in the middle")]
    [InlineData("cut in a page")]
    [InlineData("random bytes")]
    [InlineData("a text")]
    [InlineData("first page torn")]
    public async Task A_damaged_file_stops_the_start_with_what_to_do_and_is_left_as_it_is(string damage)
    {
        await using var database = await FilledAsync();
        var bytes = await File.ReadAllBytesAsync(database.File);
        var random = new Random(1);
        switch (damage)
        {
            case "empty":
                bytes = [];
                break;
            case "cut in the middle":
                bytes = bytes[..(bytes.Length / 2 / DatabasePage.Size * DatabasePage.Size)];
                break;
            case "cut in a page":
                bytes = bytes[..^100];
                break;
            case "random bytes":
                random.NextBytes(bytes);
                break;
            case "a text":
                bytes = "alice@example.org quota=1G\n"u8.ToArray();
                break;
            case "first page torn":
                random.NextBytes(bytes.AsSpan(4096, 4096));
                break;
        }

        await File.WriteAllBytesAsync(database.File, bytes);
        var failure = await Assert.ThrowsAsync<ModuleConfigurationException>(database.StartAsync);
        await database.StopAsync();
        Assert.Contains(database.File, failure.Message, StringComparison.Ordinal);
        Assert.Contains("is damaged", failure.Message, StringComparison.Ordinal);
        Assert.Contains("restore users.db from the backup", failure.Message, StringComparison.Ordinal);
        Assert.Equal(bytes, await File.ReadAllBytesAsync(database.File));
    }

    [Fact]
    public async Task Damage_that_only_shows_later_is_a_failure_for_now_and_never_a_user_who_is_not_there()
    {
        await using var database = await FilledAsync();
        var whole = await File.ReadAllBytesAsync(database.File);
        for (var page = 1; page < whole.Length / DatabasePage.Size; page++)
        {
            var bytes = (byte[])whole.Clone();
            bytes[page * DatabasePage.Size + 100 + page] ^= 0x10;
            await File.WriteAllBytesAsync(database.File, bytes);
            try
            {
                await database.StartAsync();
            }
            catch (ModuleConfigurationException)
            {
                await database.StopAsync();
                continue;
            }

            var failures = 0;
            for (var i = 0; i < 100; i += 9)
            {
                try
                {
                    Assert.NotNull(await database.Users.FindAsync($"user{i}@example.org", default));
                }
                catch (TemporaryFailureException e)
                {
                    Assert.Contains("checksum", e.Message, StringComparison.Ordinal);
                    failures++;
                }
            }

            if (failures == 0)
                Assert.Equal(100, (await TestDatabase.ListAsync(database.Users)).Count);
            await database.StopAsync();
        }
    }

    [Fact]
    public async Task A_database_that_vanished_beside_its_journal_is_not_made_anew()
    {
        await using var database = await FilledAsync();
        File.Delete(database.File);
        await File.WriteAllTextAsync(database.File + "-journal", "x");
        var failure = await Assert.ThrowsAsync<ModuleConfigurationException>(database.StartAsync);
        await database.StopAsync();
        Assert.Contains("is missing, but its journal", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_that_another_program_left_is_not_ignored()
    {
        await using var database = await FilledAsync();
        await File.WriteAllTextAsync(Path.Combine(database.Folder, "users-log.db"), "x");
        Assert.Contains("users-log.db", (await Assert.ThrowsAsync<ModuleConfigurationException>(database.StartAsync)).Message, StringComparison.Ordinal);
        await database.StopAsync();
    }

    [Fact]
    public async Task A_place_that_cannot_be_used_is_named()
    {
        await using var database = await FilledAsync();
        foreach (var (path, text) in new[] { ("missing/users.db", "does not exist"), (".", "is a directory"), ("/proc/users.db", "/proc/users.db") })
        {
            var users = new LiteDbUserDatabase(
                new LiteDbUserDatabaseOptions { Path = path }, NullLogger<LiteDbUserDatabase>.Instance, TimeProvider.System, new ModuleContext("litedb", database.Folder));
            var failure = await Assert.ThrowsAsync<ModuleConfigurationException>(async () => await users.StartAsync(default));
            Assert.Contains(text, failure.Message, StringComparison.Ordinal);
            await users.StopAsync(default);
        }
    }

    private static async Task<TestDatabase> FilledAsync()
    {
        var database = await TestDatabase.OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 100).Select(i => database.Users.TryAddAsync(TestDatabase.User($"user{i}@example.org", ("note", new string('x', 500))), default).AsTask()));
        await database.StopAsync();
        return database;
    }
}
