using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Maildir;

/// <summary>What an import leaves on disk, as readers of Maildirs find it.</summary>
public sealed class ImportTests
{
    private const int Size = 31 + 10;
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Mails_with_flags_are_in_cur_and_the_others_in_new_and_by_name_all_are_in_order()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var arrival = new DateTimeOffset(2001, 2, 3, 4, 5, 6, 789, TimeSpan.Zero);
        MailFlags[] flags = [MailFlags.Seen, MailFlags.None, MailFlags.Flagged | MailFlags.Answered | MailFlags.Draft, MailFlags.None, MailFlags.Deleted | MailFlags.Passed];
        var results = await ((IMailboxImport)mailbox).ImportAsync([.. flags.Select(flag => Of(flag, arrival))], None);

        Assert.All(results, result => Assert.Equal(DeliveryStatus.Stored, result.Status));
        var cur = MaildirWorld.Files(world.AliceHome + "/cur").Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();
        var @new = MaildirWorld.Files(world.AliceHome + "/new").Select(Path.GetFileName).Order(StringComparer.Ordinal).ToList();
        Assert.Equal([$"{results[0].StoredId}:2,S", $"{results[2].StoredId}:2,DFR", $"{results[4].StoredId}:2,PT"], cur);
        Assert.Equal([results[1].StoredId, results[3].StoredId], @new);
        Assert.Empty(MaildirWorld.Files(world.AliceHome + "/tmp"));
        Assert.Equal(results.Select(result => result.StoredId), cur.Concat(@new).Select(name => name!.Split(':')[0]).Order(StringComparer.Ordinal));
        Assert.All(cur, name => Assert.Matches(@"^981173106\.M789000I[0-9a-f]{16}R[0-9a-f]{16}\.[^:]+,S=41,W=44:2,[A-Z]+$", name));
        var file = new FileInfo($"{world.AliceHome}/cur/{cur[0]}");
        Assert.Equal(arrival.UtcDateTime, file.LastWriteTimeUtc);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, file.UnixFileMode);
    }

    [Fact]
    public async Task Imported_and_removed_mails_are_lines_of_maildirsize_but_those_of_trash_are_not()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync(), quota: new ByteSize(100));
        var import = (IMailboxImport)mailbox;
        Assert.Equal(DeliveryStatus.Stored, (await mailbox.DeliverAsync(Of(MailFlags.None), None)).Status);
        var results = await import.ImportAsync([.. Enumerable.Range(0, 3).Select(_ => Of(MailFlags.Seen))], None);
        var trash = await import.ImportAsync([Of(MailFlags.Seen, folder: "Trash")], None);
        Assert.True(await import.TryRemoveAsync(results[1].StoredId!, None));
        Assert.True(await import.TryRemoveAsync(trash[0].StoredId!, None));
        Assert.Equal($"100S\n0 0\n{Size} 1\n{3 * Size} 3\n-{Size} -1\n", await File.ReadAllTextAsync(world.AliceHome + "/maildirsize"));
    }

    [Fact]
    public async Task Flags_of_a_reader_that_are_no_ones_business_stay()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        await File.WriteAllTextAsync(world.AliceHome + "/cur/17.foreign:2,RSbd", "Subject: keywords of Dovecot\n");
        await File.WriteAllTextAsync(world.AliceHome + "/cur/18.foreign", "Subject: no flags at all\n");
        var import = (IMailboxImport)mailbox;
        Assert.True(await import.TrySetFlagsAsync("17.foreign", MailFlags.Flagged, None));
        Assert.True(await import.TrySetFlagsAsync("18.foreign", MailFlags.Seen | MailFlags.Draft, None));
        Assert.Equal(["17.foreign:2,Fbd", "18.foreign:2,DS"], MaildirWorld.Files(world.AliceHome + "/cur").Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.True(await import.TrySetFlagsAsync("17.foreign", MailFlags.None, None));
        Assert.True(File.Exists(world.AliceHome + "/cur/17.foreign:2,bd"));
    }

    [Fact]
    public async Task A_mail_that_a_reader_renames_meanwhile_is_found_again()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var id = (await mailbox.DeliverAsync(Of(MailFlags.None), None)).StoredId!;
        var path = $"{world.AliceHome}/new/{id}";
        using var stop = new CancellationTokenSource();
        var reader = Task.Run(() =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                foreach (var file in Directory.GetFiles(world.AliceHome + "/cur").Concat(Directory.GetFiles(world.AliceHome + "/new")))
                {
                    try
                    {
                        File.Move(file, $"{world.AliceHome}/cur/{id}:2,{(i % 2 == 0 ? "S" : "RS")}");
                    }
                    catch (IOException)
                    {
                        // the module was faster
                    }
                }

                // faster than any reader, and not without end: the module gives up after so many renames under its hands
                Thread.Sleep(1);
            }
        });
        for (var i = 0; i < 200; i++)
            Assert.True(await ((IMailboxImport)mailbox).TrySetFlagsAsync(id, i % 2 == 0 ? MailFlags.Flagged : MailFlags.Draft, None));
        await stop.CancelAsync();
        await reader;
        Assert.True(await ((IMailboxImport)mailbox).TryRemoveAsync(id, None));
        Assert.Empty(MaildirWorld.Files(world.AliceHome + "/cur"));
    }

    private static Mail Of(MailFlags flags, DateTimeOffset? arrival = null, string? folder = null)
    {
        var mail = MaildirWorld.Mail("a\nbcdefgh\n", folder, arrival: arrival);
        return new Mail
        {
            DeliveryId = mail.DeliveryId,
            TransactionId = mail.TransactionId,
            Sender = mail.Sender,
            OriginalRecipient = mail.OriginalRecipient,
            User = mail.User,
            Folder = folder,
            Flags = flags,
            Arrival = mail.Arrival,
            Header = mail.Header,
            Content = mail.Content,
        };
    }
}
