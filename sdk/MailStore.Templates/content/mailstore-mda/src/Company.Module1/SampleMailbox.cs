using System.Globalization;
using System.Runtime.CompilerServices;
using MailStore.Sdk;

namespace Company.Module1;

/// <summary>The mails of one user: files <c>ARRIVAL-RANDOM.eml</c>, arrival in milliseconds since 1970. What is not complete yet ends in <c>.part</c>.</summary>
internal sealed class SampleMailbox(string home, SampleOptions options) : IMailbox, IReadableMailbox, IMailboxRemoval
{
    private const string Complete = ".eml";
    private const string Partial = ".part";

    public static IEnumerable<string> FindPartial(string home) => Directory.EnumerateFiles(home, "*" + Partial);

    public async ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken)
    {
        if (options.MaxSize is { } limit && mail.Size > limit.Bytes)
            return DeliveryResult.TooLarge($"the mail has {mail.Size} bytes, and max_size is {limit}");
        var id = string.Create(CultureInfo.InvariantCulture, $"{mail.Arrival.ToUnixTimeMilliseconds():D13}-{Guid.NewGuid():n}");
        try
        {
            await StoreAsync(mail, PathOf(id), cancellationToken);
            return DeliveryResult.Stored(id);
        }
        catch (Exception e) when (Disk.IsFault(e)) // expected outcomes are results
        {
            return Disk.IsFull(e) ? DeliveryResult.StorageFull(e.Message) : DeliveryResult.TemporaryFailure(e.Message);
        }
    }

    public async IAsyncEnumerable<StoredMail> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var files = await Disk.RunAsync(() => Directory.Exists(home) ? new DirectoryInfo(home).GetFiles("*" + Complete) : []);
        foreach (var file in files.OrderBy(file => file.Name, StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var id = Path.GetFileNameWithoutExtension(file.Name);
            if (ArrivalOf(id) is { } arrival)
                yield return new StoredMail(id, file.Length, arrival, MailFlags.None, Folder: null);
        }
    }

    public async ValueTask<Stream?> OpenAsync(string id, CancellationToken cancellationToken)
    {
        // ids come from outside: only what looks like one is ever looked up
        if (ArrivalOf(id) is null)
            return null;
        return await Disk.RunAsync(() => File.Exists(PathOf(id)) ? File.OpenRead(PathOf(id)) : null);
    }

    public async ValueTask RemoveAllAsync(CancellationToken cancellationToken) => await Disk.RunAsync(() =>
    {
        if (!Directory.Exists(home))
            return;
        Directory.Delete(home, recursive: true);
        Disk.Sync(Path.GetDirectoryName(home)!);
    });

    private async Task StoreAsync(Mail mail, string path, CancellationToken cancellationToken)
    {
        var partial = path + Partial;
        try
        {
            await using (var content = mail.OpenRead())
            await using (var file = new FileStream(partial, FileMode.CreateNew))
            {
                await content.CopyToAsync(file, cancellationToken);
                if (file.Length != mail.Size)
                    throw new IOException($"the mail ended after {file.Length} of {mail.Size} bytes");
                await Disk.RunAsync(() => file.Flush(flushToDisk: true));
            }

            cancellationToken.ThrowIfCancellationRequested();
            await Disk.RunAsync(() =>
            {
                File.Move(partial, path); // the commit point: from here on the token is ignored
                Disk.Sync(home);
            });
        }
        catch
        {
            // whatever happened, the mail is not stored, so nobody may ever see it
            await Disk.RunAsync(() => Disk.Delete(partial, path));
            throw;
        }
    }

    private string PathOf(string id) => Path.Combine(home, id + Complete);

    private static DateTimeOffset? ArrivalOf(string id) =>
        id.Length == 46 && id[13] == '-' && id.AsSpan(14).IndexOfAnyExcept("0123456789abcdef") < 0 && long.TryParse(id.AsSpan(0, 13), NumberStyles.None, CultureInfo.InvariantCulture, out var arrival)
            ? DateTimeOffset.FromUnixTimeMilliseconds(arrival)
            : null;
}
