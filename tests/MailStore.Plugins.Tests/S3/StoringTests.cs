using System.Security.Cryptography;
using MailStore.Plugins.Tests.Maildir;
using MailStore.Sdk;
using MailStore.Tests;

namespace MailStore.Plugins.Tests.S3;

[Collection(RgwCollection.Name)]
public sealed class StoringTests(RgwFixture fixture)
{
    [RgwFact("s3cmd")]
    public async Task S3cmd_reads_what_was_stored_and_sees_the_envelope()
    {
        await using var world = await S3World.CreateAsync(fixture);
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var result = await mailbox.DeliverAsync(S3World.Mail("Subject: hello\n\nworld\n", folder: "Lists"), CancellationToken.None);

        var listed = await world.S3cmdAsync("ls", "--recursive", $"s3://{world.Options.Bucket}/mail/example.org/alice/1/folders/Lists/");
        var key = listed[listed.IndexOf("s3://", StringComparison.Ordinal)..].Trim();
        Assert.EndsWith(result.StoredId!, key, StringComparison.Ordinal);
        Assert.Equal("Return-Path: <bob@example.net>\nSubject: hello\n\nworld\n", await world.S3cmdAsync("--quiet", "get", key, "-"));
        var info = await world.S3cmdAsync("info", key);
        Assert.Contains("x-amz-meta-sender: bob@example.net", info, StringComparison.Ordinal);
        Assert.Contains("x-amz-meta-recipient: Alice%2BGr%C3%BC%C3%9Fe@example.org", info, StringComparison.Ordinal);
        Assert.Contains("message/rfc822", info, StringComparison.Ordinal);
    }

    [RgwFact("s3cmd")]
    public async Task Mails_from_the_world_are_read_back_to_the_byte_here_and_by_s3cmd()
    {
        if (RealMails.Folder is not { } folder)
            return;
        await using var world = await S3World.CreateAsync(fixture);
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var sent = new List<string>();
        var sample = new List<string>();
        foreach (var file in Directory.EnumerateFiles(folder, "*.eml"))
        {
            // s3cmd takes a tenth of a second for each
            var isSample = sent.Count % 10 == 0 || Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1";
            var mail = S3World.Mail(await File.ReadAllBytesAsync(file), isSample ? "Sample" : null);
            Assert.Equal(DeliveryStatus.Stored, (await mailbox.DeliverAsync(mail, CancellationToken.None)).Status);
            await using var stream = mail.OpenRead();
            sent.Add(Convert.ToHexStringLower(await SHA256.HashDataAsync(stream)));
            if (isSample)
                sample.Add(sent[^1]);
        }

        var read = new List<string>();
        foreach (var mail in await S3World.ListAsync(mailbox))
        {
            await using var stream = await ((IReadableMailbox)mailbox).OpenAsync(mail.Id, CancellationToken.None);
            read.Add(Convert.ToHexStringLower(await SHA256.HashDataAsync(stream!)));
        }

        Assert.Equal(sent.Order(StringComparer.Ordinal), read.Order(StringComparer.Ordinal));
        var target = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(world.Options.CredentialsFile)!, "copy")).FullName;
        await world.S3cmdAsync("get", "--recursive", $"s3://{world.Options.Bucket}/mail/example.org/alice/1/folders/Sample/", target + "/");
        var copied = Directory.EnumerateFiles(target, "*.eml").Select(file => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(file))));
        Assert.Equal(sample.Order(StringComparer.Ordinal), copied.Order(StringComparer.Ordinal));
    }

    [RgwFact("s3cmd")]
    public async Task A_large_mail_goes_up_in_parts_and_one_that_breaks_off_leaves_none()
    {
        await using var world = await S3World.CreateAsync(fixture);
        world.Options.PartSize = new ByteSize(5 << 20);
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var content = RandomNumberGenerator.GetBytes(12 << 20);
        var result = await mailbox.DeliverAsync(S3World.Mail(content), CancellationToken.None);
        Assert.Equal("", result.Detail);
        await using var stream = await ((IReadableMailbox)mailbox).OpenAsync(result.StoredId!, CancellationToken.None);
        var hash = await SHA256.HashDataAsync(stream!);
        await using var sent = S3World.Mail(content).OpenRead();
        Assert.Equal(await SHA256.HashDataAsync(sent), hash);

        var broken = S3World.Mail(new BreakingContent(12 << 20, 7 << 20));
        Assert.Equal(DeliveryStatus.TemporaryFailure, (await mailbox.DeliverAsync(broken, CancellationToken.None)).Status);
        Assert.Single(await S3World.ListAsync(mailbox));
        var uploads = await world.S3cmdAsync("multipart", $"s3://{world.Options.Bucket}");
        Assert.DoesNotContain(".eml", uploads, StringComparison.Ordinal);
    }

    [RgwFact]
    public async Task A_listing_of_many_pages_is_whole_and_in_order()
    {
        await using var world = await S3World.CreateAsync(fixture);
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var count = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1" ? 10_000 : 1_100;
        var ids = new System.Collections.Concurrent.ConcurrentBag<string>();
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (_, cancellationToken) =>
            ids.Add((await mailbox.DeliverAsync(S3World.Mail(), cancellationToken)).StoredId!));
        Assert.Equal(ids.Order(StringComparer.Ordinal), (await S3World.ListAsync(mailbox)).Select(mail => mail.Id));
    }

    [RgwFact]
    public async Task The_place_that_a_user_is_moved_away_from_stays_his_also_without_mail()
    {
        await using var world = await S3World.CreateAsync(fixture);
        var agent = await world.StartAsync();
        var current = await agent.AllocateAsync(world.User(version: 3), S3World.Attempt(), CancellationToken.None);
        await agent.AllocateAsync(world.User(version: 5), new AllocationContext("s3", null) { Current = current }, CancellationToken.None);
        Assert.Equal(["3", "5"], (await world.S3cmdAsync("ls", $"s3://{world.Options.Bucket}/mail/example.org/alice/")).Trim().Split('\n').Select(line => line.TrimEnd('/').Split('/')[^1]));
    }

    [RgwFact]
    public async Task What_hosts_that_died_have_allocated_for_earlier_versions_is_removed_by_the_next_allocation()
    {
        await using var world = await S3World.CreateAsync(fixture);
        var agent = await world.StartAsync();
        foreach (var version in (long[])[3, 5])
            await agent.AllocateAsync(world.User(version: version), S3World.Attempt(), CancellationToken.None);
        var kept = await world.MailboxAsync(agent, version: 7);
        await kept.DeliverAsync(S3World.Mail(), CancellationToken.None);
        await agent.AllocateAsync(world.User(version: 9), S3World.Attempt(), CancellationToken.None);

        Assert.Equal(["7", "9"], (await world.S3cmdAsync("ls", $"s3://{world.Options.Bucket}/mail/example.org/alice/")).Trim().Split('\n').Select(line => line.TrimEnd('/').Split('/')[^1]));
        Assert.Single(await S3World.ListAsync(kept));
    }
}
