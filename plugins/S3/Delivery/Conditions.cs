using System.Net;
using Amazon.S3;
using Amazon.S3.Model;
using MailStore.S3.Client;
using Microsoft.Extensions.Logging;

namespace MailStore.S3.Delivery;

/// <summary>
/// Whether the server honours <c>If-None-Match: *</c>: some accept it and overwrite all the same, so it is tried. An object is put where one may be
/// already, and if it is not refused, put once more. It stays, so that the next start asks once.
/// </summary>
internal sealed class Conditions(IAmazonS3 client, Caller caller, S3Options options, string server, string root, ILogger logger) : IDisposable
{
    private readonly SemaphoreSlim _gate = new(1);
    private volatile bool _isKnown;

    /// <summary>Known after <see cref="ProbeAsync"/>.</summary>
    public bool AreHonoured { get; private set; }

    /// <summary>Finds it out, once.</summary>
    /// <exception cref="CallException">The server does not answer now.</exception>
    public async ValueTask ProbeAsync(CancellationToken cancellationToken)
    {
        if (_isKnown)
            return;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_isKnown)
                return;
            AreHonoured = options.ConditionalWrites switch
            {
                ConditionalWrites.Yes => true,
                ConditionalWrites.No => false,
                _ => await IsRefusedAsync(cancellationToken) || await IsRefusedAsync(cancellationToken),
            };
            if (AreHonoured)
                S3Log.Honours(logger, server);
            else
                S3Log.HonoursNot(logger, server);
            _isKnown = true;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose() => _gate.Dispose();

    private async Task<bool> IsRefusedAsync(CancellationToken cancellationToken)
    {
        var key = root + ".mailstore-probe";
        try
        {
            await caller.RunAsync("write", $"{options.Bucket}/{key}", token => client.PutObjectAsync(options.Encrypt(Request(key)), token), caller.NewDeadline(), cancellationToken);
            return false;
        }
        catch (CallException e) when (e.IsRefusedByCondition)
        {
            return true;
        }
        catch (CallException e) when (e.Status == HttpStatusCode.NotImplemented)
        {
            return false;
        }
    }

    private PutObjectRequest Request(string key) => new()
    {
        BucketName = options.Bucket,
        Key = key,
        ContentBody = "MailStore looks with this object whether the server honours If-None-Match.\n",
        UseChunkEncoding = false,
        IfNoneMatch = "*",
    };
}
