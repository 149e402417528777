using Amazon.S3;
using Amazon.S3.Model;
using MailStore.S3.Client;
using MailStore.S3.Keys;
using Microsoft.Extensions.Logging;

namespace MailStore.S3.Delivery;

/// <summary>
/// Makes deliveries that were given up never happen, whether their request was carried out, is still on its way, or was lost: an upload in parts is
/// aborted, and an empty object is put where the mail is or would come. Readers pass over it, since a mail's key tells its size; a
/// request that comes later finds the key taken (<c>If-None-Match</c>). A server that cannot be reached is asked again until it answers, also after a restart.
/// </summary>
internal sealed class Withdrawals(IAmazonS3 client, Caller caller, S3Options options, OpenWithdrawals open, TimeProvider clock, ILogger logger) : IDisposable
{
    // a server that was away for a while is not overrun when it is back
    private const int MostAtOnce = 4;

    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private readonly Queue<Withdrawal> _queue = new();
    private readonly Dictionary<Withdrawal, TaskCompletionSource> _waiting = [];
    private readonly CancellationTokenSource _stopping = new();
    private int _workers;

    /// <summary>Goes on with what an earlier run has left.</summary>
    public void Start()
    {
        var left = open.Read();
        if (left.Count > 0)
            S3Log.WithdrawingLeft(logger, left.Count, open.Path);
        foreach (var withdrawal in left)
            _ = Enqueue(withdrawal);
    }

    /// <summary>Withdraws a delivery: within two seconds, or later.</summary>
    public async Task WithdrawAsync(Withdrawal withdrawal)
    {
        S3Log.Withdrawing(logger, withdrawal.ToString());
        try
        {
            await Enqueue(withdrawal).WaitAsync(AtOnce, clock);
        }
        catch (TimeoutException)
        {
            // it stays in the queue
        }
    }

    /// <summary>Gives what is left a last chance.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Dictionary<Withdrawal, TaskCompletionSource> left;
        lock (_lock)
            left = new(_waiting);
        try
        {
            await Task.WhenAll(left.Values.Select(done => done.Task)).WaitAsync(AtOnce, clock, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            foreach (var (withdrawal, _) in left.Where(entry => !entry.Value.Task.IsCompleted))
                S3Log.NotWithdrawn(logger, withdrawal.ToString(), open.Path);
        }

        await _stopping.CancelAsync();
        await open.FlushAsync();
    }

    public void Dispose() => _stopping.Dispose();

    private Task Enqueue(Withdrawal withdrawal)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        open.Add(withdrawal);
        lock (_lock)
        {
            if (!_waiting.TryAdd(withdrawal, done))
                return _waiting[withdrawal].Task;
            _queue.Enqueue(withdrawal);
            if (_workers < MostAtOnce && !_stopping.IsCancellationRequested)
            {
                _workers++;
                _ = Task.Run(WorkAsync);
            }
        }

        return done.Task;
    }

    private async Task WorkAsync()
    {
        try
        {
            while (Next() is { } withdrawal)
            {
                if (await TryAsync(withdrawal))
                {
                    End(withdrawal);
                    continue;
                }

                // behind the others: what is wrong may be wrong with its bucket alone
                lock (_lock)
                    _queue.Enqueue(withdrawal);
                await Task.Delay(Pause, clock, _stopping.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // the module stops, and has said so
        }
    }

    private Withdrawal? Next()
    {
        lock (_lock)
        {
            if (_queue.TryDequeue(out var withdrawal))
                return withdrawal;
            _workers--;
            return null;
        }
    }

    private void End(Withdrawal withdrawal)
    {
        open.Remove(withdrawal);
        S3Log.Withdrawn(logger, withdrawal.ToString());
        lock (_lock)
        {
            _waiting.Remove(withdrawal, out var done);
            done!.SetResult();
        }
    }

    private async Task<bool> TryAsync(Withdrawal withdrawal)
    {
        var (bucket, key, uploadId) = withdrawal;
        try
        {
            if (uploadId is not null)
                await new Bucket(client, caller, bucket).AbortAsync(key, uploadId, _stopping.Token);
            await caller.RunAsync("withdraw", withdrawal.ToString(), token => PutEmptyAsync(bucket, key, token), caller.NewDeadline(), _stopping.Token);
            return true;
        }
        catch (CallException)
        {
            return false;
        }
    }

    // Not conditional: it stands for whatever is there.
    private async Task<PutObjectResponse> PutEmptyAsync(string bucket, string key, CancellationToken cancellationToken) => await client.PutObjectAsync(
        options.Encrypt(new PutObjectRequest
        {
            BucketName = bucket,
            Key = key,
            ContentBody = WithdrawnObject.ContentFor(key),
            ContentType = WithdrawnObject.ContentType,
            UseChunkEncoding = false,
        }),
        cancellationToken);
}
