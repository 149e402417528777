using MailStore.Maildir;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Maildir;

public sealed class ReadingTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Mails_are_listed_in_order_of_arrival_the_inbox_first_and_opened_by_id()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var reader = (IReadableMailbox)mailbox;
        var start = new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
        foreach (var (text, folder, day) in new[] { ("c", null, 3), ("z", "Zoo", 1), ("a", null, 1), ("b", null, 2), ("e", "Art.Deco", 9) })
            await mailbox.DeliverAsync(MaildirWorld.Mail(text, folder, arrival: start.AddDays(day)), None);

        var mails = await reader.ListAsync(None).ToListAsync();
        var texts = new List<string>();
        foreach (var mail in mails)
            texts.Add((await TextAsync(reader, mail.Id))!);
        Assert.Equal(["a", "b", "c", "e", "z"], texts.Select(text => text[^1..]));
        Assert.Equal([null, null, null, "Art.Deco", "Zoo"], mails.Select(mail => mail.Folder));
        Assert.Equal(start.AddDays(1), mails[0].Arrival);
        Assert.All(mails, mail => Assert.Equal(32, mail.Size));
    }

    [Fact]
    public async Task An_id_stays_the_same_when_a_reader_moves_and_flags_the_mail()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var reader = (IReadableMailbox)mailbox;
        var id = (await mailbox.DeliverAsync(MaildirWorld.Mail("seen"), None)).StoredId!;
        foreach (var flags in new[] { ":2,", ":2,FS", "" })
        {
            File.Move(Directory.GetFiles(world.AliceHome, "*S=*", SearchOption.AllDirectories).Single(), $"{world.AliceHome}/cur/{id}{flags}");
            var mail = Assert.Single(await reader.ListAsync(None).ToListAsync());
            Assert.Equal((id, flags.Length > 3 ? MailFlags.Flagged | MailFlags.Seen : MailFlags.None), (mail.Id, mail.Flags));
            Assert.EndsWith("seen", await TextAsync(reader, id), StringComparison.Ordinal);
        }

        File.Delete($"{world.AliceHome}/cur/{id}");
        Assert.Null(await reader.OpenAsync(id, None));
    }

    [Fact]
    public async Task Mails_with_flags_are_found_whoever_else_opens_some()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var reader = (IReadableMailbox)mailbox;
        var boxes = Enumerable.Range(0, 20).Select(number => $"Box{number}").ToList();
        foreach (var box in boxes)
        {
            await mailbox.DeliverAsync(MaildirWorld.Mail(box, box), None);
            var file = Directory.GetFiles($"{world.AliceHome}/.{box}/new").Single();
            File.Move(file, $"{world.AliceHome}/.{box}/cur/{Path.GetFileName(file)}:2,S");
        }

        var ids = (await reader.ListAsync(None).ToListAsync()).ToDictionary(mail => mail.Folder!, mail => mail.Id);
        await Parallel.ForEachAsync(boxes, new ParallelOptions { MaxDegreeOfParallelism = boxes.Count }, async (box, _) =>
        {
            for (var i = 0; i < 50; i++)
                Assert.EndsWith(box, await TextAsync(reader, ids[box]) ?? "not found", StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Folders_without_mail_are_named_and_mails_with_keywords_counted()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var extras = (IMailboxExtras)mailbox;
        await mailbox.DeliverAsync(MaildirWorld.Mail("c", "Lists.A"), None);
        Assert.True(await ((IMailboxImport)mailbox).TryCreateFolderAsync("Empty", None));
        Assert.Equal(["Empty", "Lists.A"], (await extras.ListFoldersAsync(None).ToListAsync()).Order(StringComparer.Ordinal));
        Assert.Null(await extras.DescribeUnreadableAsync(None));
        await File.WriteAllTextAsync($"{world.AliceHome}/cur/1700000000.a:2,Sab", "x\n");
        await File.WriteAllTextAsync($"{world.AliceHome}/cur/1700000000.b:2,FS", "x\n");
        Assert.Equal("the keywords of 1 mail", await extras.DescribeUnreadableAsync(None));
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../mailstore-owner")]
    [InlineData("./mailstore-owner")]
    [InlineData("../../../../etc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("secret\0")]
    [InlineData("./x")]
    [InlineData("../../data/secret")]
    [InlineData("link")]
    [InlineData("Folder/../../new/link")]
    public async Task No_id_leads_out_of_the_mailbox(string id)
    {
        await using var world = new MaildirWorld();
        var reader = (IReadableMailbox)await world.MailboxAsync(await world.StartAsync());
        var secret = Path.Combine(world.Data, "secret");
        await File.WriteAllTextAsync(secret, "secret");
        File.CreateSymbolicLink(world.AliceHome + "/new/link", secret);
        Assert.Null(await reader.OpenAsync(id, None));
        Assert.Empty(await reader.ListAsync(None).ToListAsync());
    }

    [Fact]
    public async Task A_mail_that_a_reader_moves_meanwhile_is_seen_once()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var reader = (IReadableMailbox)mailbox;
        var ids = new List<string>();
        for (var i = 0; i < 40; i++)
            ids.Add((await mailbox.DeliverAsync(MaildirWorld.Mail(), None)).StoredId!);
        using var end = new CancellationTokenSource();
        var mover = Task.Run(() =>
        {
            for (var i = 0; !end.IsCancellationRequested; i++)
            {
                var id = ids[i % ids.Count];
                var (from, to) = File.Exists($"{world.AliceHome}/new/{id}") ? ($"new/{id}", $"cur/{id}:2,S") : ($"cur/{id}:2,S", $"new/{id}");
                File.Move($"{world.AliceHome}/{from}", $"{world.AliceHome}/{to}");
                if (i % 8 == 0)
                    Thread.Sleep(1);
            }
        });
        try
        {
            for (var i = 0; i < 20; i++)
            {
                var listed = (await reader.ListAsync(None).ToListAsync()).ConvertAll(mail => mail.Id);
                Assert.Equal(listed.Count, listed.Distinct().Count());
                Assert.Empty(listed.Except(ids));
            }
        }
        finally
        {
            await end.CancelAsync();
            await mover;
        }

        Assert.Equal(ids.Order(StringComparer.Ordinal), (await reader.ListAsync(None).ToListAsync()).Select(mail => mail.Id).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Mails_that_others_named_are_listed_among_the_rest_by_their_time()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var start = new DateTimeOffset(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
        foreach (var (name, day) in new[] { ("foreign", 2), ("12345", 4), (".hidden", 3), ($"{start.AddDays(3).ToUnixTimeSeconds()}.V1.host:2,S", 9), ("-5.x:2,FS", 5) })
        {
            var path = $"{world.AliceHome}/cur/{name}";
            await File.WriteAllTextAsync(path, name);
            File.SetLastWriteTimeUtc(path, start.AddDays(day).UtcDateTime);
        }

        await mailbox.DeliverAsync(MaildirWorld.Mail(arrival: start.AddDays(1)), None);
        await mailbox.DeliverAsync(MaildirWorld.Mail(arrival: start.AddDays(6)), None);
        var mails = await ((IReadableMailbox)mailbox).ListAsync(None).ToListAsync();
        Assert.Equal([1, 2, 9, 4, 5, 6], mails.Select(mail => (int)(mail.Arrival - start).TotalDays));
        Assert.Equal(["foreign", $"{start.AddDays(3).ToUnixTimeSeconds()}.V1.host", "12345", "-5.x"], mails.Skip(1).Take(4).Select(mail => mail.Id));
    }

    [Fact]
    public async Task Mails_that_a_reader_flags_removes_and_moves_after_their_names_were_read_are_seen_once()
    {
        await using var world = new MaildirWorld();
        var reader = (IReadableMailbox)await world.MailboxAsync(await world.StartAsync());
        const int count = 600;
        for (var i = 0; i < count; i++)
            await File.WriteAllTextAsync($"{world.AliceHome}/{(i % 2 == 0 ? "new" : "cur")}/{1_700_000_000 + i}.M1.host{(i % 2 == 0 ? "" : ":2,")}", "mail");
        var listed = new List<StoredMail>();
        await foreach (var mail in reader.ListAsync(None))
        {
            listed.Add(mail);
            if (listed.Count > 1)
                continue;
            foreach (var path in MaildirWorld.Files(world.AliceHome + "/new").Concat(MaildirWorld.Files(world.AliceHome + "/cur")))
            {
                var name = Path.GetFileName(path).Split(':')[0];
                if (name.EndsWith("99.M1.host", StringComparison.Ordinal))
                    File.Delete(path);
                else
                    File.Move(path, name.EndsWith("7.M1.host", StringComparison.Ordinal) ? $"{world.AliceHome}/new/{name}" : $"{world.AliceHome}/cur/{name}:2,S");
            }
        }

        Assert.Equal(listed.Count, listed.Select(mail => mail.Id).Distinct().Count());
        Assert.Equal(count - listed.Count, Enumerable.Range(0, count).Count(i => i % 100 == 99 && listed.All(mail => !mail.Id.StartsWith($"{1_700_000_000 + i}.", StringComparison.Ordinal))));
        Assert.All(listed.TakeLast(50), mail => Assert.Equal(mail.Id.EndsWith("7.M1.host", StringComparison.Ordinal) ? MailFlags.None : MailFlags.Seen, mail.Flags));
        foreach (var mail in listed.TakeLast(20))
            Assert.Equal("mail", await TextAsync(reader, mail.Id));
    }

    [FactIf("python3")]
    public async Task Python_reads_every_mail()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        for (var i = 0; i < 5; i++)
            await mailbox.DeliverAsync(MaildirWorld.Mail($"Subject: mail {i}\n\nbody\n", i == 4 ? "Lists" : null), None);
        const string script = "import mailbox,sys\nm=mailbox.Maildir(sys.argv[1],create=False)\n"
            + "print(sorted(x['subject'] for x in m), m.list_folders(), [x['subject'] for x in m.get_folder('Lists')])";
        Assert.Equal("['mail 0', 'mail 1', 'mail 2', 'mail 3'] ['Lists'] ['mail 4']\n", await Shell.RunAsync("python3", "-c", script, world.AliceHome));
    }

    [FactIf("doveadm", "root")]
    public async Task Dovecot_as_the_user_himself_reads_every_mail_with_its_folder_and_its_date()
    {
        await using var world = new MaildirWorld { Options = new MaildirOptions { FirstUid = 61000, LastUid = 61000, Quota = new ByteSize(10_000) } };
        foreach (var path in new[] { world.Base, world.Data })
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.OtherExecute);
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var arrival = new DateTimeOffset(2024, 5, 6, 7, 8, 9, TimeSpan.Zero);
        await mailbox.DeliverAsync(MaildirWorld.Mail("Subject: one\n\nbody\n", arrival: arrival), None);
        await mailbox.DeliverAsync(MaildirWorld.Mail("Subject: two\n\nbody\n", "Entw\u00fcrfe", arrival: arrival), None);

        Task<string> DoveadmAsync(params string[] arguments) => Shell.RunAsync(
            "env", ["USER=alice", "HOME=" + world.AliceHome, "doveadm", "-o", $"mail_location=maildir:{world.AliceHome}", "-o", "mail_uid=61000", "-o", "mail_gid=61000", "-f", "flow", .. arguments]);
        var fetched = await DoveadmAsync("fetch", "mailbox size.physical size.virtual hdr.subject date.received.unixtime", "ALL");
        Assert.Contains($"mailbox=INBOX size.physical=50 size.virtual=54 hdr.subject=one date.received.unixtime={arrival.ToUnixTimeSeconds()}", fetched, StringComparison.Ordinal);
        Assert.Contains("mailbox=Entw\u00fcrfe size.physical=50 size.virtual=54 hdr.subject=two", fetched, StringComparison.Ordinal);

        // it reads the same quota file, and its own removal of a mail is seen here
        await DoveadmAsync("-o", "mail_plugins=quota", "-o", "plugin/quota=maildir:User", "-o", "plugin/quota_rule=*:bytes=10000", "expunge", "mailbox", "INBOX", "ALL");
        Assert.Equal(new MailboxUsage(50, 1, 10_000, null), await ((IMailboxUsage)mailbox).GetUsageAsync(None));
        Assert.Contains("\n-50 -1\n", await File.ReadAllTextAsync(world.AliceHome + "/maildirsize"), StringComparison.Ordinal);
    }

    private static async Task<string?> TextAsync(IReadableMailbox reader, string id)
    {
        await using var stream = await reader.OpenAsync(id, None);
        return stream is null ? null : await new StreamReader(stream).ReadToEndAsync();
    }
}
