using System.Text;
using MailStore.Maildir;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Maildir;

public sealed class DeliveryTests
{
    private const string Header = "Return-Path: <bob@example.net>\n";
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_mail_is_stored_to_the_byte_with_its_sizes_its_time_and_its_mode(bool isSpooled)
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var content = "Subject: \u00fc\n\n" + new string('x', 300_000) + "\nbare\rcr\0nul\n";
        var arrival = new DateTimeOffset(2020, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(1234567);
        var mail = MaildirWorld.Mail(content, arrival: arrival, isSpooled: isSpooled);
        var result = await mailbox.DeliverAsync(mail, None);

        Assert.Equal(DeliveryStatus.Stored, result.Status);
        Assert.Null(result.Folder);
        var file = Assert.Single(MaildirWorld.Files(world.AliceHome + "/new"));
        Assert.Equal(result.StoredId, Path.GetFileName(file));
        Assert.Equal(Header + content, await File.ReadAllTextAsync(file));
        Assert.EndsWith($",S={new FileInfo(file).Length},W={mail.SizeCrLf}", file, StringComparison.Ordinal);
        Assert.Equal(arrival.UtcDateTime, File.GetLastWriteTimeUtc(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        Assert.Empty(MaildirWorld.Files(world.AliceHome + "/tmp"));
    }

    [Fact]
    public async Task A_mail_in_many_pieces_of_memory_is_stored_whole()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var content = new ManyPieces([.. Enumerable.Range(0, 3000).Select(i => Encoding.ASCII.GetBytes(i % 7 == 0 ? "" : $"line {i}\n"))]);
        var result = await mailbox.DeliverAsync(With(MaildirWorld.Mail(), content), None);
        Assert.Equal(DeliveryStatus.Stored, result.Status);
        Assert.Equal(Header + content.Text, await File.ReadAllTextAsync(Assert.Single(MaildirWorld.Files(world.AliceHome + "/new"))));
    }

    [Fact]
    public async Task Sixty_four_at_once_all_arrive()
    {
        await using var world = new MaildirWorld();
        var agent = await world.StartAsync();
        var mailbox = await world.MailboxAsync(agent);
        var results = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(async () => await mailbox.DeliverAsync(MaildirWorld.Mail($"Subject: {i}\n\n"), None))));
        Assert.All(results, result => Assert.Equal(DeliveryStatus.Stored, result.Status));
        var texts = MaildirWorld.Files(world.AliceHome + "/new").Select(File.ReadAllText);
        Assert.Equal(Enumerable.Range(0, 64).Select(i => $"{Header}Subject: {i}\n\n").Order(StringComparer.Ordinal), texts.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_cancellation_while_it_is_written_leaves_nothing()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync(), quota: new ByteSize(10_000));
        using var cancellation = new CancellationTokenSource();
        var tmp = world.AliceHome + "/tmp";
        var seen = 0;
        var content = new SpooledContent("x\n"u8.ToArray())
        {
            OnRead = () =>
            {
                seen = MaildirWorld.Files(tmp).Length;
                cancellation.Cancel();
            },
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await mailbox.DeliverAsync(With(MaildirWorld.Mail(), content), cancellation.Token));
        Assert.Equal(1, seen);
        Assert.Empty(MaildirWorld.Files(tmp));
        Assert.Empty(MaildirWorld.Files(world.AliceHome + "/new"));
        Assert.Equal(0, (await ((IMailboxUsage)mailbox).GetUsageAsync(None)).Bytes);
    }

    [Fact]
    public async Task A_mail_whose_source_breaks_off_is_not_stored()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var content = new SpooledContent("0123456789"u8.ToArray()) { BreakAfter = 4 };
        var result = await mailbox.DeliverAsync(With(MaildirWorld.Mail(), content), None);
        Assert.Equal(DeliveryStatus.TemporaryFailure, result.Status);
        Assert.Empty(MaildirWorld.Files(world.AliceHome + "/tmp"));
        Assert.Empty(MaildirWorld.Files(world.AliceHome + "/new"));
    }

    [Fact]
    public async Task A_maildir_that_has_vanished_is_not_replaced_by_an_empty_one()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        Directory.Delete(world.AliceHome, recursive: true);
        var result = await mailbox.DeliverAsync(MaildirWorld.Mail(), None);
        Assert.Equal(DeliveryStatus.TemporaryFailure, result.Status);
        Assert.Contains($"{world.AliceHome} of user '{MaildirWorld.Alice}' has vanished", result.Detail, StringComparison.Ordinal);
        Assert.False(Directory.Exists(world.AliceHome));

        // its empty mount point is not filled either
        Directory.CreateDirectory(world.AliceHome);
        Assert.Equal(DeliveryStatus.TemporaryFailure, (await mailbox.DeliverAsync(MaildirWorld.Mail(), None)).Status);
        Assert.Empty(MaildirWorld.Tree(world.AliceHome));
    }

    [Fact]
    public async Task Parts_that_somebody_tidied_away_are_made_again()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        foreach (var name in new[] { "tmp", "new", "cur" })
            Directory.Delete(Path.Combine(world.AliceHome, name));
        Assert.Equal(DeliveryStatus.Stored, (await mailbox.DeliverAsync(MaildirWorld.Mail(), None)).Status);
        Assert.Single(MaildirWorld.Files(world.AliceHome + "/new"));
    }

    [Fact]
    public async Task A_symbolic_link_in_the_place_of_a_part_is_not_followed()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var elsewhere = Directory.CreateDirectory(Path.Combine(world.Base, "elsewhere")).FullName;
        Directory.Delete(world.AliceHome + "/new");
        Directory.CreateSymbolicLink(world.AliceHome + "/new", elsewhere);
        Assert.Equal(DeliveryStatus.TemporaryFailure, (await mailbox.DeliverAsync(MaildirWorld.Mail(), None)).Status);
        Assert.Empty(MaildirWorld.Tree(elsewhere));
        Assert.Empty(MaildirWorld.Files(world.AliceHome + "/tmp"));
    }

    [Theory]
    [InlineData("Lists.Rust", "/.Lists.Rust")]
    [InlineData("Entw\u00fcrfe", "/.Entw&APw-rfe")]
    public async Task A_folder_is_made_on_demand(string folder, string directory)
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        for (var i = 1; i <= 2; i++)
        {
            var result = await mailbox.DeliverAsync(MaildirWorld.Mail(folder: folder), None);
            Assert.Equal(folder, result.Folder);
            var files = MaildirWorld.Files(world.AliceHome + directory + "/new");
            Assert.Equal(i, files.Length);
            Assert.Contains(result.StoredId, files.Select(file => $"{folder}/{Path.GetFileName(file)}"));
        }

        Assert.Equal(0, new FileInfo(world.AliceHome + directory + "/maildirfolder").Length);
        // and again, should its owner remove it
        Directory.Delete(world.AliceHome + directory, recursive: true);
        Assert.Equal(folder, (await mailbox.DeliverAsync(MaildirWorld.Mail(folder: folder), None)).Folder);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_is_the_inbox()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var result = await mailbox.DeliverAsync(MaildirWorld.Mail(folder: "../../../x"), None);
        Assert.Equal((DeliveryStatus.Stored, null), (result.Status, result.Folder));
        Assert.Single(MaildirWorld.Files(world.AliceHome + "/new"));
    }

    [Fact]
    public async Task A_path_that_ends_in_the_detail_gives_each_detail_a_folder()
    {
        await using var world = new MaildirWorld { Options = new MaildirOptions { Path = "mail/{domain}/{local}/.{detail}" } };
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        Assert.Equal("lists", (await mailbox.DeliverAsync(MaildirWorld.Mail(detail: "lists"), None)).Folder);
        Assert.Equal("Other", (await mailbox.DeliverAsync(MaildirWorld.Mail(detail: "lists", folder: "Other"), None)).Folder);
        Assert.Null((await mailbox.DeliverAsync(MaildirWorld.Mail(), None)).Folder);
        Assert.Null((await mailbox.DeliverAsync(MaildirWorld.Mail(detail: "a/b"), None)).Folder);
        Assert.Equal(2, MaildirWorld.Files(world.AliceHome + "/new").Length);
    }

    [Fact]
    public async Task What_was_never_finished_is_swept_after_36_hours_by_its_last_change()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var left = world.AliceHome + "/tmp/1.left.behind";
        await File.WriteAllTextAsync(left, "half a m");
        // a mail of long ago that is being moved here: an old mtime alone is no reason
        File.SetLastWriteTimeUtc(left, new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        await mailbox.DeliverAsync(MaildirWorld.Mail(), None);
        world.Clock.Advance(TimeSpan.FromHours(35));
        await mailbox.DeliverAsync(MaildirWorld.Mail(), None);
        Assert.True(File.Exists(left));
        world.Clock.Advance(TimeSpan.FromHours(25));
        await mailbox.DeliverAsync(MaildirWorld.Mail(), None);
        await Eventually.TrueAsync(() => !File.Exists(left));
    }

    private static Mail With(Mail mail, MailContent content) => new()
    {
        DeliveryId = mail.DeliveryId,
        TransactionId = mail.TransactionId,
        Sender = mail.Sender,
        OriginalRecipient = mail.OriginalRecipient,
        User = mail.User,
        Arrival = mail.Arrival,
        Header = mail.Header,
        Content = content,
    };
}
