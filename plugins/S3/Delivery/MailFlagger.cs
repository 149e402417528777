using Amazon.S3.Model;
using MailStore.S3.Client;
using MailStore.S3.Keys;
using MailStore.S3.Quota;
using MailStore.Sdk;

namespace MailStore.S3.Delivery;

/// <summary>Marks and removes single mails.</summary>
internal sealed class MailFlagger(Place place, UsageGate gate, S3Services services)
{
    private static readonly TimeSpan ForgetTime = TimeSpan.FromSeconds(5);

    /// <exception cref="CallException">The server does not serve; the flags may be the old or the new ones.</exception>
    public async Task<bool> TrySetAsync(string id, MailFlags flags, CancellationToken cancellationToken)
    {
        if (!await ExistsAsync(id, cancellationToken))
            return false;
        flags &= MailboxFidelity.Full.Flags;
        if (flags == MailFlags.None)
            await services.BucketOf(place).DeleteAsync(FlagsKeyOf(id), cancellationToken);
        else
            await WriteAsync(id, flags, cancellationToken);
        return true;
    }

    /// <exception cref="CallException">The server does not serve; the mail may be there or not.</exception>
    public async Task<bool> TryRemoveAsync(string id, CancellationToken cancellationToken)
    {
        if (!await ExistsAsync(id, cancellationToken))
            return false;
        var bucket = services.BucketOf(place);
        await bucket.DeleteAsync(place.Prefix + id, cancellationToken);
        gate.Remove(MailKey.Parse(id)!.Size);
        // the mail first: flags without a mail are nothing
        await bucket.DeleteAsync(FlagsKeyOf(id), cancellationToken);
        return true;
    }

    /// <summary>Writes the flags of a mail, which may not be there yet.</summary>
    public async Task WriteAsync(string id, MailFlags flags, CancellationToken cancellationToken)
    {
        var key = FlagsKeyOf(id);
        var text = FlagsKey.Content(flags);
        await services.Caller.RunAsync("mark", $"{place.Bucket}/{key}", token => PutAsync(key, text, token), services.Caller.NewDeadline(), cancellationToken);
    }

    /// <summary>Removes the flags of a mail that was not stored. Best effort: they take next to no room, and go with the user.</summary>
    public async Task TryForgetAsync(string id)
    {
        using var limit = new CancellationTokenSource(ForgetTime, services.Clock);
        try
        {
            await services.BucketOf(place).DeleteAsync(FlagsKeyOf(id), limit.Token);
        }
        catch (Exception e) when (e is CallException or OperationCanceledException)
        {
            // see above
        }
    }

    private async Task<bool> ExistsAsync(string id, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return MailKey.Parse(id) is { } key && await services.BucketOf(place).HeadAsync(place.Prefix + id, cancellationToken) is { } found && found.ContentLength == key.Size;
    }

    private Task<PutObjectResponse> PutAsync(string key, string text, CancellationToken cancellationToken) => services.Client.PutObjectAsync(
        services.Options.Encrypt(new PutObjectRequest { BucketName = place.Bucket, Key = key, ContentBody = text, ContentType = "text/plain", UseChunkEncoding = false }),
        cancellationToken);

    private string FlagsKeyOf(string id) => FlagsKey.Of(place.Prefix + id);
}
