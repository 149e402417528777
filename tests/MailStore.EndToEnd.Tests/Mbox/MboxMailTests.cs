using System.Diagnostics;
using System.Globalization;
using System.Text;
using MailStore.EndToEnd.Tests.Formats;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.Mbox;

/// <summary>A mailbox that fills by LMTP, and the mail programs that use the same file meanwhile. What comes back by the commands: see <see cref="RoundTripTests"/>.</summary>
public sealed class MboxMailTests
{
    private const string User = "user@example.org";
    private const int Connections = 4;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [FactIf(FactIfAttribute.RealMails, "python3", "doveadm", "mutt", "script")]
    public async Task Mutt_Dovecot_and_Python_read_it_while_mails_arrive()
    {
        using var place = new TestPlace("mda = \"mbox\"\n");
        await place.AddUsersAsync([User]);
        var mails = RealMails.Read();
        await using var server = await ServerProcess.StartAsync(place);
        await SendAsync(server, mails.Take(1), 1);
        var programs = await OpenAsync(place);

        var delivery = Task.WhenAll(Enumerable.Range(0, Connections).Select(i => SendAsync(server, mails.Skip(1).Where((_, at) => at % Connections == i), 10)));
        var counts = new List<int>();
        while (!delivery.IsCompleted || counts.Count < 4)
        {
            counts.Add(await programs.DovecotCountsAsync());
            counts.Add(await programs.MuttCountsAsync());
        }

        await delivery;
        Assert.Equal(counts.Order(), counts);
        Assert.Equal(RealMails.Count, await programs.DovecotCountsAsync());
        Assert.Equal(RealMails.Count, await programs.MuttCountsAsync());
        const string count = "import mailbox,sys; print(sum(1 for m in mailbox.mbox(sys.argv[1], create=False) if m['Delivered-To']))";
        Assert.Equal(RealMails.Count, int.Parse(await Tools.RunAsync("python3", ["-c", count, FileOf(place)]), CultureInfo.InvariantCulture));
        Assert.Equal(0, await server.StopAsync());
        AssertNothingLeft(place);
    }

    [FactIf("doveadm", "mutt", "script", "timeout")]
    public async Task Mutt_and_Dovecot_mark_and_remove_mails_while_others_arrive_and_none_is_lost_doubled_or_torn()
    {
        using var place = new TestPlace("mda = \"mbox\"\n");
        await place.AddUsersAsync([User]);
        await using var server = await ServerProcess.StartAsync(place);
        await SendAsync(server, [Mail("stays", 0)], 1);
        var programs = await OpenAsync(place);
        using var end = new CancellationTokenSource();
        var delivery = Task.WhenAll(Enumerable.Range(0, Connections).Select(i => DeliverAsync(server, i, end.Token)));

        // in turns, so that both find the file changed by the other one, too
        var (mutt, dovecot) = (0, 0);
        for (var watch = Stopwatch.StartNew(); (mutt, dovecot) is not ( >= 2, >= 2);)
        {
            Assert.True(watch.Elapsed < Patience, $"mutt removed mails in {mutt} turns, Dovecot in {dovecot}");
            mutt += await RemovesAsync(programs, "mutt", MuttAsync) ? 1 : 0;
            dovecot += await RemovesAsync(programs, "dovecot", DovecotAsync) ? 1 : 0;
        }

        await end.CancelAsync();
        var sent = (await delivery).SelectMany(numbers => numbers).Append(0);
        await MuttAsync(programs);
        await DovecotAsync(programs);
        Assert.Equal(0, programs.Count("mutt") + programs.Count("dovecot"));
        Assert.Equal(0, await server.StopAsync());

        var target = Path.Combine(place.Directory, "export");
        (await place.RunAsync("mail", "export", User, "--output", target)).Succeeded();
        var exported = StoredMaildir.Files(target);
        Assert.All(exported, path => Assert.Contains(":2,F", path, StringComparison.Ordinal));
        var texts = exported.Select(path => Encoding.ASCII.GetString(StoredMaildir.Open(path).Mail)).Order(StringComparer.Ordinal);
        Assert.Equal(sent.Select(number => Encoding.ASCII.GetString(Mail("stays", number))).Order(StringComparer.Ordinal), texts);
        AssertNothingLeft(place);
    }

    /// <summary>Each connection delivers mails of all three kinds, until it is told to end.</summary>
    /// <returns>The numbers.</returns>
    private static async Task<List<int>> DeliverAsync(ServerProcess server, int connection, CancellationToken end)
    {
        var numbers = new List<int>();
        for (var number = connection + 1; !end.IsCancellationRequested; number += Connections)
        {
            await SendAsync(server, ((string[])["mutt", "dovecot", "stays"]).Select(kind => Mail(kind, number)), 300);
            numbers.Add(number);
        }

        return numbers;
    }

    private static async Task<bool> RemovesAsync(MboxPrograms programs, string kind, Func<MboxPrograms, Task> turn)
    {
        // what was there before, and is gone
        var before = programs.Count(kind);
        await turn(programs);
        return before > 0 && programs.Count(kind) < before;
    }

    // mutt does not write where mail has come since it looked: it looks, and tries again
    private static Task MuttAsync(MboxPrograms programs) => programs.MuttAsync(
        $"<delete-pattern>~smutt<enter><tag-pattern>~sstays<enter><tag-prefix><set-flag>!{string.Concat(Enumerable.Repeat("<sync-mailbox>", 8))}<exit>");

    private static async Task DovecotAsync(MboxPrograms programs)
    {
        await programs.DovecotAsync("flags", "add", "\\Answered", "mailbox", "INBOX", "subject", "stays");
        await programs.DovecotAsync("expunge", "mailbox", "INBOX", "subject", "dovecot");
    }

    private static async Task SendAsync(ServerProcess server, IEnumerable<byte[]> mails, int pause)
    {
        await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
        foreach (var mail in mails)
        {
            Assert.Equal(250, Assert.Single(await client.SendMailAsync("sender@example.net", [User], RealMails.WithCrLf(mail))).Code);
            await Task.Delay(pause);
        }
    }

    private static byte[] Mail(string kind, int number) => Encoding.ASCII.GetBytes(
        $"Subject: {kind} {number}\nStatus: RO\nLines: 7\n\nFrom number {number}\n{string.Concat(Enumerable.Repeat($"a line of {kind} {number}\n", number % 7 * 200))}end\n");

    private static async Task<MboxPrograms> OpenAsync(TestPlace place)
    {
        var programs = new MboxPrograms(place, User, FileOf(place));
        await programs.ConfigureAsync();
        return programs;
    }

    private static void AssertNothingLeft(TestPlace place) =>
        Assert.Equal(["user", ".user.mailstore"], Directory.GetFiles(Path.GetDirectoryName(FileOf(place))!).Select(Path.GetFileName).OrderDescending(StringComparer.Ordinal));

    private static string FileOf(TestPlace place) => Path.Combine(place.DataDirectory, "mbox", "example.org", "user");
}
