using Amazon.S3;
using MailStore.S3.Client;
using Microsoft.Extensions.Logging;

namespace MailStore.S3.Places;

/// <summary>Aborts uploads in parts that a dead host, or one whose server was away, has left: they take room, and nobody sees them.</summary>
internal sealed class UploadSweeper(IAmazonS3 client, Caller caller, S3Options options, string root, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromHours(1);

    /// <summary>Sweeps now and then until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (options.AbortUploadsAfter == TimeSpan.Zero)
            return;
        try
        {
            while (true)
            {
                await SweepAsync(cancellationToken);
                await Task.Delay(Pause, clock, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // the module stops
        }
    }

    /// <summary>Sweeps the configured bucket once.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        var bucket = new Bucket(client, caller, options.Bucket);
        var before = clock.GetUtcNow().UtcDateTime - options.AbortUploadsAfter;
        var count = 0;
        try
        {
            await foreach (var upload in bucket.ListUploadsAsync(root, cancellationToken))
            {
                if (upload.Initiated?.ToUniversalTime() < before && await bucket.AbortAsync(upload.Key, upload.UploadId, cancellationToken))
                    count++;
            }
        }
        catch (CallException e)
        {
            S3Log.SweepFailed(logger, options.Bucket, e.Message);
        }

        if (count > 0)
            S3Log.Swept(logger, count, options.Bucket);
    }
}
