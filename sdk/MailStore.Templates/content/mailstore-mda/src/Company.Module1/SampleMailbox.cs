using System.Runtime.CompilerServices;
using MailStore.Sdk;

namespace Company.Module1;

/// <summary>The mails of one user, a file each, named by its id.</summary>
internal sealed class SampleMailbox(string home, SampleOptions options) : IMailbox, IReadableMailbox, IMailboxRemoval
{
    private const string Complete = ".eml";

    public async ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken)
    {
        if (options.MaxSize is { } limit && mail.Size > limit.Bytes)
            return DeliveryResult.TooLarge($"the mail has {mail.Size} bytes, and max_size is {limit}");
        var id = MailId.New(mail.Arrival);
        try
        {
            await Disk.CreateFileAsync(PathOf(id), file => WriteAsync(mail, file, cancellationToken), cancellationToken);
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
            if (MailId.ArrivalOf(id) is { } arrival)
                yield return new StoredMail(id, file.Length, arrival, MailFlags.None, Folder: null);
        }
    }

    public async ValueTask<Stream?> OpenAsync(string id, CancellationToken cancellationToken)
    {
        if (MailId.ArrivalOf(id) is null)
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

    private static async Task WriteAsync(Mail mail, FileStream file, CancellationToken cancellationToken)
    {
        await using var content = mail.OpenRead();
        await content.CopyToAsync(file, cancellationToken);
        if (file.Length != mail.Size)
            throw new IOException($"the mail ended after {file.Length} of {mail.Size} bytes");
    }

    private string PathOf(string id) => Path.Combine(home, id + Complete);
}
