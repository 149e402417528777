using System.Security.Cryptography;
using MailStore.S3;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.S3;

/// <summary>What servers answer now and then, and what it means for a mail.</summary>
public sealed class AnswerTests
{
    private const int LargeSize = 12 << 20;

    [Theory]
    [InlineData(1000)]
    [InlineData(LargeSize)]
    public async Task Where_a_key_management_service_encrypts_the_ETag_is_no_checksum(int size)
    {
        await using var server = ScriptedS3.Start();
        await using var world = S3World.Over(server);
        world.Options.PartSize = new ByteSize(5 << 20);
        world.Options.Encryption = Encryption.Kms;
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var result = await mailbox.DeliverAsync(S3World.Mail(RandomNumberGenerator.GetBytes(size)), default);
        Assert.Equal((DeliveryStatus.Stored, ""), (result.Status, result.Detail));
        Assert.Single(server.Mails);
    }

    [Theory]
    [InlineData(Encryption.Bucket)]
    [InlineData(Encryption.S3)]
    public async Task Elsewhere_another_ETag_says_that_the_mail_was_damaged_on_the_way(Encryption encryption)
    {
        await using var server = ScriptedS3.Start();
        await using var world = S3World.Over(server);
        world.Options.Encryption = encryption;
        server.Script = request =>
        {
            if (!request.IsMail || request.Method != "PUT" || request.Body.Length == 0)
                return Task.FromResult<ScriptedAnswer?>(null);
            request.Body[0] ^= 1;
            return Task.FromResult<ScriptedAnswer?>(server.Answer(request));
        };
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var result = await mailbox.DeliverAsync(S3World.Mail(), default);
        Assert.Equal(DeliveryStatus.TemporaryFailure, result.Status);
        Assert.Contains("checksum", result.Detail, StringComparison.Ordinal);
        Assert.Empty(server.Mails);
    }

    [Theory]
    [InlineData(Encryption.Bucket, null, null)]
    [InlineData(Encryption.S3, "AES256", null)]
    [InlineData(Encryption.Kms, "aws:kms", "the-key")]
    public async Task All_that_is_written_asks_for_the_configured_encryption(Encryption encryption, string? method, string? key)
    {
        await using var server = ScriptedS3.Start();
        await using var world = S3World.Over(server);
        world.Options.PartSize = new ByteSize(5 << 20);
        (world.Options.Encryption, world.Options.KmsKey) = (encryption, key ?? "");
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var stored = await mailbox.DeliverAsync(S3World.Mail(), default);
        Assert.True(await ((IMailboxImport)mailbox).TrySetFlagsAsync(stored.StoredId!, MailFlags.Seen, default));
        await mailbox.DeliverAsync(S3World.Mail(new byte[LargeSize]), default);
        // one that is withdrawn: its request gets no answer
        server.Script = async request =>
        {
            if (request is { IsMail: true, Method: "PUT", Body.Length: > 1 })
                await Task.Delay(TimeSpan.FromSeconds(60));
            return null;
        };
        world.Options.Timeout = world.Options.RequestTimeout = TimeSpan.FromSeconds(3);
        mailbox = await world.MailboxAsync(await world.StartAsync());
        await mailbox.DeliverAsync(S3World.Mail(), default);

        // of an upload in parts it is said once
        var writes = server.Requests.Where(request => (request.Method == "PUT" && request.Query["uploadId"] is null) || (request.Method == "POST" && !request.IsCompletion)).ToList();
        Assert.Equal(
            ["", "eml", "flags", "mailstore", "mailstore-probe"],
            writes.Select(request => request.Body.Length == 0 && request.Method == "PUT" ? "" : request.Key.Split('.')[^1]).Distinct().Order(StringComparer.Ordinal));
        Assert.All(writes, request => Assert.Equal((method, key), (request.Headers["x-amz-server-side-encryption"], request.Headers["x-amz-server-side-encryption-aws-kms-key-id"])));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_completion_whose_200_bears_an_error_is_asked_again_whether_it_was_carried_out_or_not(bool isCarriedOut)
    {
        await using var server = ScriptedS3.Start();
        await using var world = S3World.Over(server);
        world.Options.PartSize = new ByteSize(5 << 20);
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var count = 0;
        server.Script = request =>
        {
            if (!request.IsCompletion || Interlocked.Increment(ref count) > 1)
                return Task.FromResult<ScriptedAnswer?>(null);
            if (isCarriedOut)
                server.Answer(request);
            return Task.FromResult<ScriptedAnswer?>(ScriptedAnswer.Error(200, "InternalError"));
        };
        var result = await mailbox.DeliverAsync(S3World.Mail(new byte[LargeSize]), default);
        Assert.Equal((DeliveryStatus.Stored, ""), (result.Status, result.Detail));
        Assert.Equal(2, count);
        Assert.EndsWith(result.StoredId!, Assert.Single(server.Mails), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_completion_that_never_gets_a_whole_answer_is_withdrawn()
    {
        await using var server = ScriptedS3.Start();
        await using var world = S3World.Over(server);
        world.Options.PartSize = new ByteSize(5 << 20);
        world.Options.Timeout = world.Options.RequestTimeout = TimeSpan.FromSeconds(3);
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        server.Script = request => Task.FromResult(request.IsCompletion ? ScriptedAnswer.Error(200, "InternalError") : null);
        var result = await mailbox.DeliverAsync(S3World.Mail(new byte[LargeSize]), default);
        Assert.Equal(DeliveryStatus.TemporaryFailure, result.Status);
        Assert.Contains(server.Requests, request => request.Method == "DELETE" && request.Query["uploadId"] is not null);
        Assert.Empty(server.Mails);
    }
}
