using System.Diagnostics;
using System.Globalization;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.Formats;

/// <summary>'mailstore mail export' beside readers, deliveries and signals.</summary>
public sealed class ExportTests
{
    private const string Alice = "alice@example.org";
    private const int MaxMegabytes = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("maildir")]
    [InlineData("mbox")]
    public async Task Interrupted_it_leaves_nothing(string format)
    {
        using var place = new TestPlace();
        await using var server = await ServerProcess.StartAsync(place);
        (await place.RunAsync("user", "add", Alice)).Succeeded();
        await LongMailbox.DeliverAsync(server, Alice, 1);
        // more than can be read before the signal comes
        LongMailbox.FillMaildir(place.MaildirOf(Alice), 5_000);
        var target = Directory.CreateDirectory(Path.Combine(place.Directory, "target")).FullName;

        await using var export = new SignalledProcess(MailStoreProgram.StartInfo(place.Directory, ["mail", "export", Alice, "--format", format, "--output", Path.Combine(target, "export")]));
        for (var watch = Stopwatch.StartNew(); Directory.GetFileSystemEntries(target).Length == 0; await Task.Delay(1))
            Assert.True(watch.Elapsed < Patience, "the export never began");
        Assert.Equal(143, await export.TerminateAsync());
        Assert.Empty(Directory.GetFileSystemEntries(target));
    }

    [Fact]
    public async Task Folders_flags_and_arrival_come_along_where_the_target_has_them()
    {
        using var place = new TestPlace("\n[mda.maildir]\npath = \"mail/{domain}/{local}/.{detail}\"\n");
        await using var server = await ServerProcess.StartAsync(place);
        (await place.RunAsync("user", "add", Alice)).Succeeded();
        await LongMailbox.DeliverAsync(server, "alice+lists@example.org", 1);
        await LongMailbox.DeliverAsync(server, Alice, 1);
        var home = place.MaildirOf(Alice);
        var arrival = new DateTime(2020, 1, 2, 3, 4, 5, DateTimeKind.Utc);
        var inbox = Assert.Single(Directory.GetFiles(home + "/new"));
        File.Move(inbox, $"{home}/cur/{Path.GetFileName(inbox)}:2,FS");
        File.SetLastWriteTimeUtc($"{home}/cur/{Path.GetFileName(inbox)}:2,FS", arrival);

        var maildir = Path.Combine(place.Directory, "export");
        (await place.RunAsync("mail", "export", Alice, "--output", maildir)).Succeeded();
        var seen = Assert.Single(StoredMaildir.Files(maildir));
        Assert.EndsWith(":2,FS", seen, StringComparison.Ordinal);
        Assert.Equal(arrival, File.GetLastWriteTimeUtc(seen));
        Assert.Single(StoredMaildir.Files(maildir + "/.lists"));

        var mbox = Path.Combine(place.Directory, "export.mbox");
        Assert.Contains("1 of them were in folders", (await place.RunAsync("mail", "export", Alice, "--format", "mbox", "--output", mbox)).Succeeded().Errors, StringComparison.Ordinal);
        var lines = await File.ReadAllLinesAsync(mbox);
        Assert.Equal(["From sender@example.net Thu Jan  2 03:04:05 2020"], lines.Where(line => line.StartsWith("From ", StringComparison.Ordinal)).Take(1));
        Assert.Contains("Status: RO", lines);
        Assert.Contains("X-Status: F", lines);
    }

    [Fact]
    public async Task What_was_there_before_is_exported_once_while_mails_come_in_and_are_flagged()
    {
        using var place = new TestPlace();
        await using var server = await ServerProcess.StartAsync(place);
        (await place.RunAsync("user", "add", Alice)).Succeeded();
        await LongMailbox.DeliverAsync(server, Alice, 1);
        var home = place.MaildirOf(Alice);
        LongMailbox.FillMaildir(home, 600);
        var before = StoredMaildir.Files(home).Select(UniqueOf).ToHashSet();
        using var end = new CancellationTokenSource();
        var disturbance = Task.WhenAll(
            Task.Run(async () =>
            {
                while (!end.IsCancellationRequested)
                    await LongMailbox.DeliverAsync(server, Alice, 1);
            }),
            Task.Run(async () =>
            {
                for (var i = 0; !end.IsCancellationRequested; i++)
                {
                    foreach (var file in Directory.GetFiles(home + "/new").Take(3).Concat(Directory.GetFiles(home + "/cur").Skip(i * 7 % 500).Take(3)))
                        File.Move(file, $"{home}/cur/{UniqueOf(file)}:2,{(i % 2 == 0 ? "FS" : "S")}");
                    await Task.Delay(2, CancellationToken.None);
                }
            }));
        try
        {
            for (var i = 0; i < 2; i++)
            {
                var listed = (await place.RunAsync("mail", "list", Alice)).Succeeded().Output.Trim().Split('\n').Select(line => line.Split('\t')[^1]).ToList();
                Assert.Equal(listed.Count, listed.Distinct().Count());
                Assert.Empty(before.Except(listed));
                var target = Path.Combine(place.Directory, string.Create(CultureInfo.InvariantCulture, $"export{i}"));
                var result = (await place.RunAsync("mail", "export", Alice, "--output", target)).Succeeded();
                Assert.DoesNotContain("left out", result.Errors, StringComparison.Ordinal);
                Assert.True(StoredMaildir.Files(target).Count >= before.Count);
            }
        }
        finally
        {
            await end.CancelAsync();
            await disturbance;
        }
    }

    [Theory]
    [InlineData("export", "--format", "maildir", "--output", "export")]
    [InlineData("export", "--format", "mbox", "--output", "export")]
    [InlineData("show")]
    public async Task A_large_mail_is_not_held_in_memory(string command, params string[] arguments)
    {
        using var place = new TestPlace();
        (await place.RunAsync("user", "add", Alice)).Succeeded();
        var mail = new byte[48_000_000];
        for (var i = 0; i < mail.Length; i += 64)
            mail.AsSpan(i, 64).Fill(i % 6400 == 0 ? (byte)'>' : (byte)'x');
        for (var i = 63; i < mail.Length; i += 64)
            mail[i] = (byte)'\n';
        (await MailStoreProgram.RunAsync(place.Directory, mail, ["deliver", Alice])).Succeeded();
        var id = (await place.RunAsync("mail", "list", Alice)).Succeeded().Output.Trim().Split('\t')[^1];

        using var process = Process.Start(MailStoreProgram.StartInfo(place.Directory, ["mail", command, Alice, .. command == "show" ? [id] : arguments]))!;
        var memory = new ServerMemory(process.Id);
        var read = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        while (!process.HasExited)
        {
            memory.OwnMegabytes();
            await Task.Delay(5);
        }

        await read;
        Assert.True(process.ExitCode == 0, await process.StandardError.ReadToEndAsync());
        Assert.InRange(memory.Most, 1, MaxMegabytes);
    }

    private static string UniqueOf(string file) => Path.GetFileName(file).Split(':')[0];
}
