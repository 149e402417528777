using System.Globalization;
using MailStore.Sdk;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Plugins.Tests.S3;

/// <summary>Mailboxes with a quota that take longer to count than a delivery may take.</summary>
public sealed class LargeMailboxTests : IAsyncLifetime
{
    private const int Pages = 5;
    private const int PageSize = 10;

    private readonly ScriptedS3 _server = ScriptedS3.Start(PageSize);
    private readonly FakeTimeProvider _clock = new();
    private readonly S3World _world;
    private TaskCompletionSource _listing = new();
    private IMailbox _mailbox = null!;
    private int _lists;

    public LargeMailboxTests()
    {
        _world = S3World.Over(_server);
        _world.Clock = _clock;
        _world.Options.Timeout = _world.Options.RequestTimeout = TimeSpan.FromMinutes(9);
    }

    public async Task InitializeAsync()
    {
        var agent = await _world.StartAsync();
        var allocation = await agent.AllocateAsync(_world.User(), S3World.Attempt(), default);
        var prefix = allocation.Values["prefix"];
        // the marker is an object too
        for (var i = 1; i < Pages * PageSize; i++)
            _server.Put(string.Create(CultureInfo.InvariantCulture, $"{prefix}INBOX/20261124T074707.{i:d6}Z_0000002a_8c6f0a1be2d94c17_D_S3.eml"), "abc", TimeSpan.FromDays(3));
        _world.Options.QuotaCount = (Pages * PageSize) + 1;
        _mailbox = S3World.Open(agent, _world.User(version: 2, allocation: allocation));
        _server.Script = async request =>
        {
            if (!request.IsList || request.Query["prefix"] != prefix)
                return null;
            Interlocked.Increment(ref _lists);
            await _listing.Task;
            return null;
        };
    }

    [Fact]
    public async Task A_count_goes_on_when_the_delivery_that_began_it_is_given_up()
    {
        using var caller = new CancellationTokenSource();
        var first = _mailbox.DeliverAsync(S3World.Mail(), caller.Token).AsTask();
        await ListIsBegunAsync(1);
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        _listing.SetResult();
        await ListIsBegunAsync(Pages);
        Assert.Equal(DeliveryStatus.Stored, (await _mailbox.DeliverAsync(S3World.Mail(), default)).Status);
        Assert.Equal(DeliveryStatus.Stored, (await _mailbox.DeliverAsync(S3World.Mail(), default)).Status);
        Assert.Equal(DeliveryStatus.OverQuota, (await _mailbox.DeliverAsync(S3World.Mail(), default)).Status);
        Assert.Equal(Pages, _lists);
    }

    [Fact]
    public async Task The_first_delivery_waits_a_while_and_is_put_off_then()
    {
        var first = await UntilDoneAsync(_mailbox.DeliverAsync(S3World.Mail(), default).AsTask());
        Assert.Equal(DeliveryStatus.TemporaryFailure, first.Status);
        Assert.Contains("counted for its quota for the first time", first.Detail, StringComparison.Ordinal);
        _listing.SetResult();
        Assert.Equal(DeliveryStatus.Stored, (await _mailbox.DeliverAsync(S3World.Mail(), default)).Status);
    }

    [Fact]
    public async Task While_it_is_counted_anew_the_last_count_and_what_was_stored_since_decide()
    {
        _listing.SetResult();
        Assert.Equal(DeliveryStatus.Stored, (await _mailbox.DeliverAsync(S3World.Mail(), default)).Status);
        _listing = new TaskCompletionSource();
        _clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(DeliveryStatus.Stored, (await UntilDoneAsync(_mailbox.DeliverAsync(S3World.Mail(), default).AsTask())).Status);
        Assert.Equal(DeliveryStatus.OverQuota, (await UntilDoneAsync(_mailbox.DeliverAsync(S3World.Mail(), default).AsTask())).Status);
        // a reader may have made room since
        _clock.Advance(TimeSpan.FromMinutes(15));
        Assert.Equal(DeliveryStatus.TemporaryFailure, (await UntilDoneAsync(_mailbox.DeliverAsync(S3World.Mail(), default).AsTask())).Status);
        _listing.SetResult();
        await Eventually.TrueAsync(async () => (await _mailbox.DeliverAsync(S3World.Mail(), default)).Status == DeliveryStatus.OverQuota);
        Assert.Equal((Pages * PageSize) + 1, _server.Mails.Count());
    }

    [Fact]
    public async Task A_listing_that_fails_puts_off_the_first_delivery_and_no_later_one()
    {
        _server.Script = request => Task.FromResult(request is { IsList: true } ? ScriptedAnswer.Error(403, "AccessDenied") : null);
        var first = await _mailbox.DeliverAsync(S3World.Mail(), default);
        Assert.Equal(DeliveryStatus.TemporaryFailure, first.Status);
        Assert.Contains("AccessDenied", first.Detail, StringComparison.Ordinal);
        var script = _server.Script;
        _server.Script = _ => Task.FromResult<ScriptedAnswer?>(null);
        Assert.Equal(DeliveryStatus.Stored, (await _mailbox.DeliverAsync(S3World.Mail(), default)).Status);
        _server.Script = script;
        _clock.Advance(TimeSpan.FromMinutes(3));
        Assert.Equal(DeliveryStatus.Stored, (await _mailbox.DeliverAsync(S3World.Mail(), default)).Status);
    }

    public async Task DisposeAsync()
    {
        _listing.TrySetResult();
        await _world.DisposeAsync();
        await _server.DisposeAsync();
    }

    private Task ListIsBegunAsync(int count) => Eventually.TrueAsync(() => Volatile.Read(ref _lists) >= count);

    // the time of the test goes on as long as somebody waits
    private async Task<DeliveryResult> UntilDoneAsync(Task<DeliveryResult> delivery)
    {
        await Eventually.TrueAsync(() =>
        {
            _clock.Advance(TimeSpan.FromSeconds(0.1));
            return delivery.IsCompleted;
        });
        return await delivery;
    }
}
