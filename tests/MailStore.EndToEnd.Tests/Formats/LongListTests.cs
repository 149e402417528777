using System.Globalization;
using MailStore.EndToEnd.Tests.Authors;
using MailStore.Tests.Formats;
using Xunit.Abstractions;

namespace MailStore.EndToEnd.Tests.Formats;

/// <summary>Long mailboxes are listed as they are read: the first line at once, in little memory, with a server and without, and while mails come in.</summary>
[Collection(FormatsCollection.Name)]
public sealed class LongListTests(FormatsFixture fixture, ITestOutputHelper output)
{
    private const string Many = "many@example.org";
    private const string One = "one@example.org";
    private const int MaxMegabytes = 100;

    private static readonly bool Long = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1";

    // beside the time that the command takes to start, which the list of one mail tells; other tests run at the same time
    private static readonly TimeSpan MaxFirst = TimeSpan.FromSeconds(Long ? 1 : 10);

    public static TheoryData<string> Formats => [.. StorageFormat.OneOfEach.Where(format => format.Mda != "litedb").Select(format => format.Name)];

    [FormatTheory, MemberData(nameof(Formats))]
    public async Task The_first_line_comes_at_once_and_little_is_held_in_memory(string name)
    {
        var format = StorageFormat.Of(name);
        var count = Long ? 100_000 : format.Mda is "maildir" or "mbox" or "postgres" ? 10_000 : 2_100;
        using var place = new TestPlace(format.Configure(fixture.Servers));
        await place.AddUsersAsync([Many, One]);
        await using (var filling = await ServerProcess.StartAsync(place))
        {
            await LongMailbox.DeliverAsync(filling, One, 1);
            await LongMailbox.DeliverAsync(filling, Many, 1);
            await LongMailbox.FillAsync(format, place, fixture.Servers, filling, Many, count - 1);
            Assert.Equal(0, await filling.StopAsync());
        }

        // a server of its own: what 100,000 deliveries, where a format is filled by them, left in the other's memory is not the list's
        await using var server = await ServerProcess.StartAsync(place);
        var memory = new ServerMemory(server.ProcessId);
        var running = await ReadAsync(place, count, "with a server", memory);
        Assert.InRange(memory.Most, 1, MaxMegabytes);
        Assert.Equal(0, await server.StopAsync());
        var alone = await ReadAsync(place, count, "without one");
        Notes.Add(output, string.Create(
            CultureInfo.InvariantCulture,
            $"mail list of {count} mails in {name}: first line {running} by a server of {memory.Most} MB; {alone} without one"));
    }

    private static async Task<string> ReadAsync(TestPlace place, int count, string how, ServerMemory? server = null)
    {
        var one = await ListedMailbox.ReadAsync(place, One);
        var many = await ListedMailbox.ReadAsync(place, Many, server);
        Assert.Equal((1, count), (one.Lines, many.Lines));
        Assert.True(many.First - one.First < MaxFirst, $"{how}: the first of {count} lines came after {many.First}, that of one mail after {one.First}");
        Assert.True(many.Megabytes < MaxMegabytes, $"{how}: {many.Megabytes} MB");
        return string.Create(CultureInfo.InvariantCulture, $"after {many.First.TotalSeconds:F2} s (of one mail: {one.First.TotalSeconds:F2} s), all after {many.All.TotalSeconds:F1} s, in {many.Megabytes} MB");
    }
}
