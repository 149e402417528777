using MailStore.Plugins.Tests.Maildir;
using MailStore.S3;
using MailStore.S3.Delivery;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.S3;

/// <summary>Deliveries whose requests were carried out and got no answer.</summary>
public sealed class WithdrawalTests : IAsyncLifetime
{
    private readonly ScriptedS3 _server = ScriptedS3.Start();
    private readonly S3World _world;
    private readonly string _file;
    private int _atOnce;
    private int _mostAtOnce;

    public WithdrawalTests()
    {
        _world = S3World.Over(_server);
        _world.Options.Timeout = _world.Options.RequestTimeout = TimeSpan.FromSeconds(3);
        _file = Path.Combine(_world.Folder, "s3.withdrawals");
    }

    public Task InitializeAsync() => Task.CompletedTask;

    [Fact]
    public async Task What_was_not_withdrawn_before_the_end_is_withdrawn_after_the_next_start()
    {
        var agent = await _world.StartAsync();
        var mailbox = await _world.MailboxAsync(agent);
        _server.Script = request => Task.FromResult(IsMail(request) ? Lost(request) : IsWithdrawal(request) ? ScriptedAnswer.Error(503, "SlowDown") : null);
        Assert.Equal(DeliveryStatus.TemporaryFailure, (await mailbox.DeliverAsync(S3World.Mail(), default)).Status);
        var key = Assert.Single(_server.Mails);
        Assert.Contains(_world.Log, line => line.Contains(key, StringComparison.Ordinal) && line.Contains("given up", StringComparison.Ordinal));
        await Eventually.TrueAsync(() => File.Exists(_file));
        await _world.StopAsync(agent);
        Assert.Equal($"{_world.Options.Bucket} {key} \n", await File.ReadAllTextAsync(_file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_file));

        _server.Script = _ => Task.FromResult<ScriptedAnswer?>(null);
        await _world.StartAsync();
        await Eventually.TrueAsync(() => !_server.Mails.Any() && !File.Exists(_file));
        Assert.Empty(_server.Objects[key].Content);
    }

    [Fact]
    public async Task Many_at_once_are_withdrawn_a_few_at_a_time()
    {
        var mailbox = await _world.MailboxAsync(await _world.StartAsync());
        _server.Script = async request =>
        {
            if (IsMail(request))
                return Lost(request);
            if (!IsWithdrawal(request))
                return null;
            var count = Interlocked.Increment(ref _atOnce);
            lock (_server)
                _mostAtOnce = Math.Max(_mostAtOnce, count);
            await Task.Delay(50);
            Interlocked.Decrement(ref _atOnce);
            return null;
        };
        var results = await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => mailbox.DeliverAsync(S3World.Mail(), default).AsTask()));
        Assert.All(results, result => Assert.Equal(DeliveryStatus.TemporaryFailure, result.Status));
        await Eventually.TrueAsync(() => !_server.Mails.Any() && !File.Exists(_file));
        Assert.InRange(_mostAtOnce, 2, 4);
    }

    [Theory, InlineData(404, "NoSuchBucket"), InlineData(403, "AccessDenied")]
    public async Task The_withdrawal_of_one_bucket_that_is_gone_or_closed_does_not_hold_up_the_others(int status, string code)
    {
        var isGone = code == "NoSuchBucket";
        await File.WriteAllTextAsync(_file, string.Concat(Enumerable.Range(0, 10).Select(i => $"gone key{i}_S1.eml \n")) + "bucket INBOX/x_S7.eml an%20upload\nno withdrawal\n");
        _server.Put("INBOX/x_S7.eml", "content", TimeSpan.Zero);
        _server.Script = request => Task.FromResult(request.Key.StartsWith("key", StringComparison.Ordinal) ? ScriptedAnswer.Error(status, code) : null);
        await _world.StartAsync();
        await Eventually.TrueAsync(() => !_server.Mails.Any());
        Assert.Contains(_server.Requests, request => request.Method == "DELETE" && request.Query["uploadId"] == "an upload");
        // there is nothing left to withdraw in a bucket that is gone
        await Eventually.TrueAsync(() => isGone ? !File.Exists(_file) : !File.ReadAllText(_file).Contains("INBOX", StringComparison.Ordinal));
        if (!isGone)
            await Eventually.TrueAsync(() => _world.Log.Count(line => line.Contains("cannot be withdrawn yet", StringComparison.Ordinal) && line.Contains(code, StringComparison.Ordinal)) == 10);
    }

    [Fact]
    public async Task Whatever_goes_wrong_withdrawals_go_on_when_it_is_mended()
    {
        var mailbox = await _world.MailboxAsync(await _world.StartAsync());
        _server.Script = request => Task.FromResult(IsMail(request) ? Lost(request) : IsWithdrawal(request) ? ScriptedAnswer.Error(503, "SlowDown") : null);
        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => mailbox.DeliverAsync(S3World.Mail(), default).AsTask()));
        Assert.All(results, result => Assert.Equal(DeliveryStatus.TemporaryFailure, result.Status));
        await File.WriteAllTextAsync(_world.Options.CredentialsFile, "[default]\naws_access_key_id: wrong\n");
        await Eventually.TrueAsync(() => _world.Log.Any(line => line.Contains("cannot be withdrawn yet", StringComparison.Ordinal) && line.Contains("neither", StringComparison.Ordinal)));
        S3World.WriteKeys(_world.Options.CredentialsFile);
        _server.Script = _ => Task.FromResult<ScriptedAnswer?>(null);
        await Eventually.TrueAsync(() => !_server.Mails.Any() && !File.Exists(_file));
    }

    [Fact]
    public async Task Processes_that_share_the_file_keep_what_others_have_written()
    {
        var files = Enumerable.Range(0, 4).Select(_ => new WithdrawalFile(_file)).ToList();
        await Task.WhenAll(files.Select((file, i) => Task.Run(async () =>
        {
            for (var n = 0; n < 25; n++)
            {
                await file.ChangeAsync([new Withdrawal("bucket", $"k{i}-{n}", null)], []);
                if (n % 2 == 0)
                    await file.ChangeAsync([], [new Withdrawal("bucket", $"k{i}-{n}", null)]);
            }
        })));
        Assert.Equal(
            Enumerable.Range(0, 4).SelectMany(i => Enumerable.Range(0, 25).Where(n => n % 2 == 1).Select(n => $"k{i}-{n}")).Order(),
            new WithdrawalFile(_file).Read().Select(withdrawal => withdrawal.Key).Order());
    }

    [Fact]
    public async Task Nothing_is_withdrawn_where_no_connection_came_about()
    {
        var allocation = await (await _world.StartAsync()).AllocateAsync(_world.User(), S3World.Attempt(), default);
        // another host, which has no connection yet
        (_world.Options.ConditionalWrites, _world.Options.AbortUploadsAfter) = (ConditionalWrites.Yes, TimeSpan.Zero);
        var mailbox = S3World.Open(await _world.StartAsync(), _world.User(version: 2, allocation: allocation));
        await _server.DisposeAsync();
        var result = await mailbox.DeliverAsync(S3World.Mail(), default);
        Assert.Equal(DeliveryStatus.TemporaryFailure, result.Status);
        Assert.DoesNotContain(_world.Log, line => line.Contains("it is withdrawn as soon as", StringComparison.Ordinal));
        Assert.False(File.Exists(_file));
    }

    public async Task DisposeAsync()
    {
        await _world.DisposeAsync();
        await _server.DisposeAsync();
    }

    private static bool IsMail(ScriptedRequest request) => request is { IsMail: true, Method: "PUT", Body.Length: > 1 };

    private static bool IsWithdrawal(ScriptedRequest request) => request is { IsMail: true, Method: "PUT", Body.Length: 0 };

    // carried out, and the answer does not say so
    private ScriptedAnswer Lost(ScriptedRequest request)
    {
        _server.Answer(request);
        return ScriptedAnswer.Error(500, "InternalError");
    }
}
