using System.Diagnostics;
using System.Globalization;
using System.Text;
using MailStore.Plugins.Tests.Maildir;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Postgres;

/// <summary>What the kit does not ask.</summary>
[Collection(PostgresCollection.Name)]
public sealed class MailboxTests(PostgresFixture fixture)
{
    [PostgresFact]
    public async Task A_mailbox_of_a_hundred_thousand_mails_is_listed_in_pages()
    {
        await using var place = await AgentPlace.OpenAsync(fixture.Server.Connection());
        var schema = place.Options.Schema;
        await fixture.Server.PsqlAsync($"""
            INSERT INTO {schema}.mails (box, id, folder, arrival, size, delivery, sender, recipient)
            SELECT 1, nextval('{schema}.mail_ids'), '', '2026-01-01'::timestamptz + (i / 10) * interval '1 second', i, 'd' || i, '', '' FROM generate_series(1, 100000) AS i
            """);
        var start = Stopwatch.GetTimestamp();
        long last = 0, count = 0;
        await foreach (var mail in ((IReadableMailbox)place.Alice).ListAsync(default))
        {
            if (count++ == 0)
                Assert.InRange(Stopwatch.GetElapsedTime(start), TimeSpan.Zero, TimeSpan.FromSeconds(5));
            Assert.Equal(last + 1, mail.Size);
            last = mail.Size;
        }

        Assert.Equal(100_000, count);
    }

    [PostgresFact]
    public async Task A_quota_in_mails_holds_and_a_mail_that_was_removed_makes_room()
    {
        await using var place = await AgentPlace.OpenAsync(fixture.Server.Connection(), options => options.QuotaCount = 2);
        Assert.Equal(DeliveryStatus.Stored, (await place.Alice.DeliverAsync(AgentPlace.Mail("a"), default)).Status);
        Assert.Equal(DeliveryStatus.Stored, (await place.Alice.DeliverAsync(AgentPlace.Mail("b", 600_000), default)).Status);
        foreach (var size in (int[])[10, 600_000])
        {
            var refused = await place.Alice.DeliverAsync(AgentPlace.Mail("c", size), default);
            Assert.Equal(DeliveryStatus.OverQuota, refused.Status);
            Assert.Contains("in 2 mails of 2", refused.Detail, StringComparison.Ordinal);
        }

        await fixture.Server.PsqlAsync($"DELETE FROM {place.Options.Schema}.mails WHERE delivery = 'b'");
        Assert.Equal(DeliveryStatus.Stored, (await place.Alice.DeliverAsync(AgentPlace.Mail("c", 600_000), default)).Status);
    }

    [PostgresFact]
    public async Task A_detail_is_a_folder_where_that_is_asked_for()
    {
        foreach (var detailFolders in (bool[])[false, true])
        {
            await using var place = await AgentPlace.OpenAsync(fixture.Server.Connection(), options => options.DetailFolders = detailFolders);
            var mail = AgentPlace.Mail("d");
            var stored = await place.Alice.DeliverAsync(
                new Mail
                {
                    DeliveryId = "d",
                    TransactionId = "t",
                    Sender = "a\0b\ud800",
                    OriginalRecipient = "alice+Lists@example.org",
                    User = "alice@example.org",
                    Detail = "Lists",
                    Arrival = mail.Arrival,
                    Header = mail.Header,
                    Content = mail.Content,
                },
                default);
            Assert.Equal(detailFolders ? "Lists" : null, stored.Folder);
        }
    }

    [PostgresFact]
    public async Task A_mailbox_that_is_no_longer_there_is_a_temporary_failure_that_says_so()
    {
        await using var place = await AgentPlace.OpenAsync(fixture.Server.Connection());
        await ((IMailboxRemoval)place.Alice).RemoveAllAsync(default);
        var result = await place.Alice.DeliverAsync(AgentPlace.Mail("late"), default);
        Assert.Equal(DeliveryStatus.TemporaryFailure, result.Status);
        Assert.Contains("was it removed", result.Detail, StringComparison.Ordinal);
    }

    [PostgresFact(realMails: true)]
    public async Task Real_mails_come_back_to_the_byte()
    {
        await using var place = await AgentPlace.OpenAsync(fixture.Server.Connection());
        var files = Directory.GetFiles(RealMails.Folder!, "*.eml", SearchOption.AllDirectories);
        Assert.NotEmpty(files);
        for (var i = 0; i < files.Length; i++)
        {
            var content = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(files[i])).Replace("\r\n", "\n", StringComparison.Ordinal));
            var mail = AgentPlace.Mail("x");
            var stored = await place.Alice.DeliverAsync(
                new Mail
                {
                    DeliveryId = string.Create(CultureInfo.InvariantCulture, $"d{i}"),
                    TransactionId = "t",
                    Sender = mail.Sender,
                    OriginalRecipient = mail.OriginalRecipient,
                    User = mail.User,
                    Arrival = mail.Arrival,
                    Header = mail.Header,
                    Content = MailContent.FromMemory(content),
                },
                default);
            await using var stream = await ((IReadableMailbox)place.Alice).OpenAsync(stored.StoredId!, default);
            using var whole = new MemoryStream();
            await stream!.CopyToAsync(whole);
            Assert.True(whole.ToArray().AsSpan().SequenceEqual([.. mail.Header.Span, .. content]), files[i]);
        }
    }
}
