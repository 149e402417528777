using System.Diagnostics;
using MailStore.S3;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.S3;

[Collection(RgwCollection.Name)]
public sealed class FaultTests(RgwFixture fixture)
{
    [RgwFact]
    public async Task While_the_server_is_stopped_mails_are_temporary_failures_within_the_deadline_and_flow_again_after()
    {
        await using var world = await S3World.CreateAsync(fixture);
        world.Options.Timeout = world.Options.RequestTimeout = TimeSpan.FromSeconds(2);
        var agent = await world.StartAsync();
        var mailbox = await world.MailboxAsync(agent);
        var before = await StoreAsync(mailbox);
        await fixture.Server.KillGatewayAsync();
        var watch = Stopwatch.StartNew();
        DeliveryResult refused;
        ModuleHealth health;
        TimeSpan elapsed;
        try
        {
            refused = await mailbox.DeliverAsync(S3World.Mail(), CancellationToken.None);
            health = await agent.CheckHealthAsync(CancellationToken.None);
            await Assert.ThrowsAsync<TemporaryFailureException>(() => S3World.ListAsync(mailbox));
            elapsed = watch.Elapsed;
        }
        finally
        {
            await fixture.Server.StartGatewayAsync();
        }

        Assert.Equal(DeliveryStatus.TemporaryFailure, refused.Status);
        Assert.False(health.IsHealthy);
        Assert.True(elapsed < TimeSpan.FromSeconds(40), $"it took {elapsed}");
        var after = await StoreAsync(mailbox);
        await ShowsAsync(mailbox, before, after);
    }

    [RgwFact]
    public async Task A_mail_whose_request_got_no_answer_is_never_seen_even_if_the_server_carries_it_out_later()
    {
        await using var world = await S3World.CreateAsync(fixture);
        world.Options.Timeout = TimeSpan.FromSeconds(2);
        world.Options.RequestTimeout = TimeSpan.FromSeconds(1);
        var agent = await world.StartAsync();
        var mailbox = await world.MailboxAsync(agent);
        var before = await StoreAsync(mailbox);
        await fixture.Server.PauseAsync();
        DeliveryResult[] refused;
        try
        {
            // what they send waits in the server's sockets, and is carried out when it goes on
            refused = await Task.WhenAll(Enumerable.Range(0, 5).Select(i => mailbox.DeliverAsync(S3World.Mail($"Subject: {i}\n\n"), CancellationToken.None).AsTask()));
        }
        finally
        {
            await fixture.Server.ResumeAsync();
        }

        Assert.All(refused, result => Assert.Equal(DeliveryStatus.TemporaryFailure, result.Status));
        var after = await StoreAsync(mailbox);
        // the withdrawals of all five are answered in the end
        await ShowsAsync(mailbox, before, after);
        await agent.StopAsync(CancellationToken.None);
        await Task.Delay(500);
        Assert.Equal([before.StoredId, after.StoredId], (await S3World.ListAsync(mailbox)).Select(mail => mail.Id));
    }

    [RgwFact]
    public async Task A_pause_shorter_than_the_deadline_is_not_noticed_and_no_mail_comes_twice()
    {
        await using var world = await S3World.CreateAsync(fixture);
        world.Options.RequestTimeout = TimeSpan.FromSeconds(1);
        var agent = await world.StartAsync();
        var mailbox = await world.MailboxAsync(agent);
        await fixture.Server.PauseAsync();
        var deliveries = Enumerable.Range(0, 10).Select(i => mailbox.DeliverAsync(S3World.Mail($"Subject: {i}\n\n"), CancellationToken.None).AsTask()).ToList();
        await Task.Delay(TimeSpan.FromSeconds(2.5));
        await fixture.Server.ResumeAsync();
        var results = await Task.WhenAll(deliveries);
        Assert.All(results, result => Assert.Equal("", result.Detail));
        Assert.Equal(results.Select(result => result.StoredId).Order(StringComparer.Ordinal), (await S3World.ListAsync(mailbox)).Select(mail => mail.Id));
    }

    [RgwFact]
    public async Task A_server_that_is_away_at_the_start_serves_when_it_is_back()
    {
        await using var world = await S3World.CreateAsync(fixture);
        world.Options.Timeout = world.Options.RequestTimeout = TimeSpan.FromSeconds(2);
        S3Agent agent;
        await fixture.Server.PauseAsync();
        try
        {
            agent = await world.StartAsync();
            await Assert.ThrowsAsync<TemporaryFailureException>(() => world.MailboxAsync(agent));
        }
        finally
        {
            await fixture.Server.ResumeAsync();
        }

        IMailbox? mailbox = null;
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                mailbox = await world.MailboxAsync(agent);
                return true;
            }
            catch (TemporaryFailureException)
            {
                return false;
            }
        });
        await StoreAsync(mailbox!);
    }

    [RgwFact]
    public async Task A_bucket_that_is_not_there_stops_the_start()
    {
        await using var world = await S3World.CreateAsync(fixture);
        world.Options.Bucket = "no-such-bucket";
        var mistake = await Assert.ThrowsAsync<ModuleConfigurationException>(world.StartAsync);
        Assert.Contains("no-such-bucket", mistake.Message, StringComparison.Ordinal);
    }

    [RgwFact]
    public async Task Wrong_keys_stop_the_start_and_are_not_told()
    {
        await using var world = await S3World.CreateAsync(fixture);
        await File.WriteAllTextAsync(world.Options.CredentialsFile, "[default]\naws_access_key_id = test\naws_secret_access_key = not-the-right-one\n");
        var mistake = await Assert.ThrowsAsync<ModuleConfigurationException>(world.StartAsync);
        Assert.DoesNotContain("not-the-right-one", mistake.ToString(), StringComparison.Ordinal);
    }

    [RgwFact]
    public async Task A_mistake_in_the_file_of_the_keys_stops_the_start_and_no_key_is_told()
    {
        await using var world = await S3World.CreateAsync(fixture);
        await File.WriteAllTextAsync(world.Options.CredentialsFile, "[default]\naws_access_key_id = test\naws_secret_access_key: a-secret-by-colon\n");
        var mistake = await Assert.ThrowsAsync<ModuleConfigurationException>(world.StartAsync);
        Assert.Contains(world.Options.CredentialsFile, mistake.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("a-secret-by-colon", mistake.ToString(), StringComparison.Ordinal);
    }

    [RgwFact]
    public async Task Keys_that_others_can_read_stop_the_start()
    {
        await using var world = await S3World.CreateAsync(fixture);
        File.SetUnixFileMode(world.Options.CredentialsFile, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        var mistake = await Assert.ThrowsAsync<ModuleConfigurationException>(world.StartAsync);
        Assert.Contains("chmod 600", mistake.Message, StringComparison.Ordinal);
    }

    /// <summary>Stores a mail. A server that goes on works off first what waited for it, and may take longer than the deadline for that.</summary>
    private static async Task<DeliveryResult> StoreAsync(IMailbox mailbox)
    {
        DeliveryResult? result = null;
        await Eventually.TrueAsync(async () => (result = await mailbox.DeliverAsync(S3World.Mail(), CancellationToken.None)).Status == DeliveryStatus.Stored);
        return result!;
    }

    private static Task ShowsAsync(IMailbox mailbox, params DeliveryResult[] stored) => Eventually.TrueAsync(async () =>
    {
        try
        {
            return (await S3World.ListAsync(mailbox)).Select(mail => mail.Id).SequenceEqual(stored.Select(result => result.StoredId!));
        }
        catch (TemporaryFailureException)
        {
            return false;
        }
    });
}
