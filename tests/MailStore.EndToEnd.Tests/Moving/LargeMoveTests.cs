using System.Diagnostics;
using System.Globalization;
using MailStore.EndToEnd.Tests.Authors;
using MailStore.Tests;
using Xunit.Abstractions;

namespace MailStore.EndToEnd.Tests.Moving;

/// <summary>A mailbox of many mails moves in little memory, and not much slower than it was filled.</summary>
public sealed class LargeMoveTests(ITestOutputHelper output)
{
    private const string Alice = "alice@example.org";
    private const int Connections = 8;
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1";
    private static readonly int Mails = IsLong ? 100_000 : 3_000;

    [Fact]
    public async Task Many_mails_of_one_user_move_in_little_memory()
    {
        using var place = new TestPlace("\n[mda.maildir]\n\n[mda.other]\nmodule = \"maildir\"\npath = \"other/{user}\"\n");
        (await place.RunAsync("user", "add", Alice)).Succeeded();
        await using var server = await ServerProcess.StartAsync(place);
        var memory = new ServerMemory(server.ProcessId);
        var watch = Stopwatch.StartNew();
        await FillAsync(server);
        var delivery = watch.Elapsed;
        SeeEverySecond(place.MaildirOf(Alice));
        var before = memory.OwnMegabytes();

        watch.Restart();
        var move = place.RunAsync("user", "move", Alice, "--mda", "other");
        var most = before;
        while (await Task.WhenAny(move, Task.Delay(100)) != move)
            most = Math.Max(most, memory.OwnMegabytes());
        Assert.Contains($"{Mails} mails", (await move).Succeeded().Errors, StringComparison.Ordinal);
        var moving = watch.Elapsed;
        Assert.Equal(Mails, (await place.RunAsync("mail", "list", Alice)).Succeeded().Output.Trim().Split('\n').Length);
        Assert.Equal(Mails / 2, Directory.EnumerateFiles(Path.Combine(place.DataDirectory, "other", Alice, "cur"), "*:2,S").Count());
        Notes.Add(output, string.Create(
            CultureInfo.InvariantCulture,
            $"move of one user: {Mails} mails in {moving.TotalSeconds:0.0} s, delivered by {Connections} connections in {delivery.TotalSeconds:0.0} s; the server had {before} MB, and {most} MB while it moved"));
        Assert.InRange(most - before, 0, 96);
        // times of a short run say nothing: most of it is the start of a program
        if (IsLong)
            Assert.True(moving < delivery * 2, $"moved in {moving}, delivered in {delivery}");
    }

    // as a reader does
    private static void SeeEverySecond(string maildir)
    {
        var mails = Directory.GetFiles(Path.Combine(maildir, "new"));
        for (var i = 0; i < mails.Length; i += 2)
            File.Move(mails[i], Path.Combine(maildir, "cur", Path.GetFileName(mails[i]) + ":2,S"));
    }

    private static async Task FillAsync(ServerProcess server)
    {
        var next = 0;
        await Task.WhenAll(Enumerable.Range(0, Connections).Select(_ => Task.Run(async () =>
        {
            await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
            while (Interlocked.Increment(ref next) is var number && number <= Mails)
                Assert.Equal(250, Assert.Single(await client.SendMailAsync("sender@example.net", [Alice], SentMail.Of(Alice, string.Create(CultureInfo.InvariantCulture, $"m{number}")))).Code);
        })));
    }
}
