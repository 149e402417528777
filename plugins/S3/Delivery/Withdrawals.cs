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
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private readonly Queue<Entry> _queue = new();
    private readonly Dictionary<Withdrawal, Entry> _open = [];
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
        Entry[] left;
        lock (_lock)
            left = [.. _open.Values];
        try
        {
            await Task.WhenAll(left.Select(entry => entry.Done.Task)).WaitAsync(AtOnce, clock, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            foreach (var entry in left.Where(entry => !entry.Done.Task.IsCompleted))
                S3Log.NotWithdrawn(logger, entry.Withdrawal.ToString(), open.Path);
        }

        await _stopping.CancelAsync();
        await open.FlushAsync();
    }

    public void Dispose() => _stopping.Dispose();

    private Task Enqueue(Withdrawal withdrawal)
    {
        open.Add(withdrawal);
        lock (_lock)
        {
            if (_open.TryGetValue(withdrawal, out var known))
                return known.Done.Task;
            var entry = _open[withdrawal] = new Entry(withdrawal);
            Enqueue(entry);
            return entry.Done.Task;
        }
    }

    // with the lock held
    private void Enqueue(Entry entry)
    {
        _queue.Enqueue(entry);
        if (_workers < MostAtOnce && !_stopping.IsCancellationRequested)
        {
            _workers++;
            _ = Task.Run(() => WorkAsync(_stopping.Token));
        }
    }

    private async Task WorkAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && Next() is { } entry)
        {
            if (await TryAsync(entry, stop))
                End(entry);
            else
                _ = TryAgainAsync(entry, stop);
        }
    }

    private Entry? Next()
    {
        lock (_lock)
        {
            if (_queue.TryDequeue(out var entry))
                return entry;
            _workers--;
            return null;
        }
    }

    private void End(Entry entry)
    {
        open.Remove(entry.Withdrawal);
        lock (_lock)
            _open.Remove(entry.Withdrawal);
        entry.Done.SetResult();
    }

    // others go on meanwhile: what is wrong may be wrong with its bucket alone
    private async Task TryAgainAsync(Entry entry, CancellationToken stop)
    {
        await Task.Delay(entry.Pause, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        entry.Pause = entry.Pause * 2 < LongestPause ? entry.Pause * 2 : LongestPause;
        lock (_lock)
            Enqueue(entry);
    }

    /// <returns>Whether there is nothing left to do.</returns>
    private async Task<bool> TryAsync(Entry entry, CancellationToken stop)
    {
        var (bucket, key, uploadId) = entry.Withdrawal;
        try
        {
            if (uploadId is not null)
                await new Bucket(client, caller, bucket).AbortAsync(key, uploadId, stop);
            await caller.RunAsync("withdraw", entry.Withdrawal.ToString(), token => PutEmptyAsync(bucket, key, token), caller.NewDeadline(), stop);
            S3Log.Withdrawn(logger, entry.Withdrawal.ToString());
            return true;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // the module stops, and has said so
            return false;
        }
        catch (CallException e) when (e.Code == "NoSuchBucket")
        {
            S3Log.NothingToWithdraw(logger, entry.Withdrawal.ToString(), bucket);
            return true;
        }
        catch (Exception e) // a loop of this module's own: whatever it is, the others are to be withdrawn, and this one when it is mended
        {
            if (entry.Reason != e.Message)
                S3Log.NotWithdrawnYet(logger, entry.Withdrawal.ToString(), e.Message);
            entry.Reason = e.Message;
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

    private sealed class Entry(Withdrawal withdrawal)
    {
        public Withdrawal Withdrawal => withdrawal;

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Before the next try.</summary>
        public TimeSpan Pause { get; set; } = FirstPause;

        /// <summary>Why the last try failed, which is told once.</summary>
        public string? Reason { get; set; }
    }
}
