using System.Collections.Concurrent;
using Amazon.S3;
using Amazon.S3.Model;
using MailStore.S3.Client;
using MailStore.S3.Keys;
using Microsoft.Extensions.Logging;

namespace MailStore.S3.Delivery;

/// <summary>
/// Makes deliveries that were given up never happen, whether their request was carried out, is still on its way, or was lost: an upload in parts is
/// aborted, and an empty object is put where the mail is or would come. Readers pass over it, since a mail's key tells its size; a
/// request that comes later finds the key taken (<c>If-None-Match</c>). A server that cannot be reached is asked again until it answers.
/// </summary>
internal sealed class Withdrawals(IAmazonS3 client, Caller caller, S3Options options, TimeProvider clock, ILogger logger) : IDisposable
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, Task> _later = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>Withdraws a delivery: within two seconds, or later.</summary>
    public async Task WithdrawAsync(string bucket, string key, string? uploadId)
    {
        using var limit = new CancellationTokenSource(AtOnce, clock);
        if (await TryAsync(bucket, key, uploadId, limit.Token))
            return;
        S3Log.WithdrawingLater(logger, $"{bucket}/{key}");
        _later[key] = Task.Run(() => WithdrawLaterAsync(bucket, key, uploadId));
    }

    /// <summary>Gives what is left a last chance.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(_later.Values).WaitAsync(AtOnce, clock, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            foreach (var key in _later.Keys)
                S3Log.NotWithdrawn(logger, key);
        }

        await _stopping.CancelAsync();
    }

    public void Dispose() => _stopping.Dispose();

    private async Task WithdrawLaterAsync(string bucket, string key, string? uploadId)
    {
        try
        {
            while (!await TryAsync(bucket, key, uploadId, _stopping.Token))
                await Task.Delay(Pause, clock, _stopping.Token);
            _later.TryRemove(key, out _);
            S3Log.Withdrawn(logger, $"{bucket}/{key}");
        }
        catch (OperationCanceledException)
        {
            // the module stops, and has said so
        }
    }

    private async Task<bool> TryAsync(string bucket, string key, string? uploadId, CancellationToken cancellationToken)
    {
        try
        {
            if (uploadId is not null)
                await new Bucket(client, caller, bucket).AbortAsync(key, uploadId, cancellationToken);
            await caller.RunAsync("withdraw", $"{bucket}/{key}", token => PutEmptyAsync(bucket, key, token), caller.NewDeadline(), cancellationToken);
            return true;
        }
        catch (OperationCanceledException) when (!_stopping.IsCancellationRequested)
        {
            return false;
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
