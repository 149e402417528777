using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace MailStore.Sdk.Tests.Conformance;

/// <summary>The directory of one user: a file for each mail, and one beside it where it has flags or a folder. What derives from it breaks the contract in one of the steps.</summary>
internal partial class ShelfMailbox(string home, long? quota) : IMailbox, IReadableMailbox, IMailboxImport, IMailboxUsage, IMailboxExtras, IMailboxRemoval
{
    private const string PartPrefix = "part-";
    private const string AboutPrefix = "about-";
    private const string FolderPrefix = "folder-";

    private static long _lastNumber;

    private static readonly ConcurrentDictionary<string, SemaphoreSlim> Gates = new(StringComparer.Ordinal);

    protected string Home => home;

    protected long? Limit => quota;

    public virtual async ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var part = Path.Combine(home, PartPrefix + Guid.NewGuid().ToString("n"));
        try
        {
            await WriteAsync(mail, part, cancellationToken);
            if (!IsWhole(mail, part))
                return DeliveryResult.TemporaryFailure("the mail ended too early");
            return await CommitAsync(mail, part, cancellationToken);
        }
        catch (IOException e)
        {
            return DeliveryResult.TemporaryFailure(e.Message);
        }
        finally
        {
            File.Delete(part);
        }
    }

    public virtual ValueTask<MailboxFidelity> GetFidelityAsync(CancellationToken cancellationToken) => new(MailboxFidelity.Full);

    public virtual ValueTask<bool> TryCreateFolderAsync(string folder, CancellationToken cancellationToken)
    {
        if (!IsFolder(folder))
            return new(false);
        // no name from outside becomes one of a file
        var part = PathOf(PartPrefix + Guid.NewGuid().ToString("n"));
        File.WriteAllText(part, folder);
        File.Move(part, PathOf(FolderPrefix + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(folder)))), overwrite: true);
        return new(true);
    }

    public virtual async IAsyncEnumerable<string> ListFoldersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var made = Directory.EnumerateFiles(home, FolderPrefix + "*").Select(File.ReadAllText);
        var filled = await ListAsync(cancellationToken).Select(mail => mail.Folder).OfType<string>().ToListAsync(cancellationToken);
        foreach (var folder in made.Union(filled))
            yield return folder;
    }

    public ValueTask<string?> DescribeUnreadableAsync(CancellationToken cancellationToken) => new((string?)null);

    public virtual async ValueTask<IReadOnlyList<DeliveryResult>> ImportAsync(IReadOnlyList<Mail> mails, CancellationToken cancellationToken)
    {
        var results = new List<DeliveryResult>();
        foreach (var mail in mails)
        {
            try
            {
                results.Add(await ImportAsync(mail, cancellationToken));
            }
            catch (OperationCanceledException) when (results.Exists(result => result.Status == DeliveryStatus.Stored))
            {
                results.Add(DeliveryResult.TemporaryFailure("cancelled"));
            }
        }

        return results;
    }

    public virtual async ValueTask<bool> TrySetFlagsAsync(string id, MailFlags flags, CancellationToken cancellationToken)
    {
        using var gate = await EnterAsync(cancellationToken);
        if (!IdPattern().IsMatch(id) || !File.Exists(PathOf(id)))
            return false;
        WriteAbout(id, flags, ReadAbout(id).Folder);
        return true;
    }

    public virtual async ValueTask<bool> TryRemoveAsync(string id, CancellationToken cancellationToken)
    {
        using var gate = await EnterAsync(cancellationToken);
        if (!IdPattern().IsMatch(id) || !File.Exists(PathOf(id)))
            return false;
        File.Delete(PathOf(id));
        File.Delete(PathOf(AboutPrefix + id));
        return true;
    }

    public virtual async IAsyncEnumerable<StoredMail> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var (id, about) in Ids().Select(id => (id, ReadAbout(id))).OrderBy(mail => mail.Item2.Folder, StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var size = new FileInfo(PathOf(id)).Length;
            yield return new StoredMail(id, size, new DateTimeOffset(long.Parse(id.AsSpan(0, 19), CultureInfo.InvariantCulture), TimeSpan.Zero), about.Flags, about.Folder);
        }
    }

    public virtual ValueTask<Stream?> OpenAsync(string id, CancellationToken cancellationToken) =>
        new(IdPattern().IsMatch(id) && File.Exists(PathOf(id)) ? new FileStream(PathOf(id), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete) : null);

    public virtual ValueTask<MailboxUsage> GetUsageAsync(CancellationToken cancellationToken)
    {
        var sizes = Ids().ConvertAll(id => new FileInfo(PathOf(id)).Length);
        return new(new MailboxUsage(sizes.Sum(), sizes.Count, quota, null));
    }

    public virtual ValueTask RemoveAllAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (Directory.Exists(home))
            Directory.Delete(home, recursive: true);
        return default;
    }

    protected virtual async Task WriteAsync(Mail mail, string path, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.CreateNew);
        await using var content = Transform(mail);
        await content.CopyToAsync(file, cancellationToken);
    }

    protected virtual Stream Transform(Mail mail) => mail.OpenRead();

    protected virtual bool IsWhole(Mail mail, string part) => new FileInfo(part).Length == mail.Size;

    protected virtual string NewId(Mail mail) => string.Create(CultureInfo.InvariantCulture, $"{mail.Arrival.UtcTicks:D19}-{NextNumber():x16}{Random.Shared.NextInt64():x16}");

    protected virtual async Task<DeliveryResult> ImportAsync(Mail mail, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var part = Path.Combine(home, PartPrefix + Guid.NewGuid().ToString("n"));
        try
        {
            await WriteAsync(mail, part, cancellationToken);
            if (!IsWhole(mail, part))
                return DeliveryResult.TemporaryFailure("the mail ended too early");
            using var gate = await EnterAsync(cancellationToken);
            var id = NewId(mail);
            var folder = FolderOf(mail);
            if (mail.Flags != MailFlags.None || folder is not null)
                WriteAbout(id, mail.Flags, folder);
            File.Move(part, PathOf(id), overwrite: true);
            return DeliveryResult.Stored(id, folder);
        }
        catch (IOException e)
        {
            return DeliveryResult.TemporaryFailure(e.Message);
        }
        finally
        {
            File.Delete(part);
        }
    }

    protected virtual string? FolderOf(Mail mail) => mail.Folder is not null && IsFolder(mail.Folder) ? mail.Folder : null;

    protected virtual void WriteAbout(string id, MailFlags flags, string? folder)
    {
        var part = Path.Combine(home, PartPrefix + Guid.NewGuid().ToString("n"));
        File.WriteAllText(part, $"{flags}\n{folder}");
        File.Move(part, PathOf(AboutPrefix + id), overwrite: true);
    }

    private (MailFlags Flags, string? Folder) ReadAbout(string id)
    {
        if (!File.Exists(PathOf(AboutPrefix + id)))
            return (MailFlags.None, null);
        var about = File.ReadAllText(PathOf(AboutPrefix + id)).Split('\n');
        return (Enum.Parse<MailFlags>(about[0]), about[1].Length == 0 ? null : about[1]);
    }

    private static bool IsFolder(string name) => name.Length is > 0 and < 200 && name != "INBOX" && !name.Any(char.IsControl);

    protected virtual async Task<DeliveryResult> CommitAsync(Mail mail, string part, CancellationToken cancellationToken)
    {
        using var gate = await EnterAsync(cancellationToken);
        if (quota is { } limit && (await GetUsageAsync(cancellationToken)).Bytes + mail.Size > limit)
            return DeliveryResult.OverQuota($"no room for {mail.Size} bytes of {limit}");
        cancellationToken.ThrowIfCancellationRequested();
        var id = NewId(mail);
        File.Move(part, PathOf(id), overwrite: true);
        return DeliveryResult.Stored(id);
    }

    protected virtual List<string> Ids() => Directory.Exists(home)
        ? [.. Directory.EnumerateFiles(home).Select(path => Path.GetFileName(path)!).Where(name => char.IsAsciiDigit(name[0])).Order(StringComparer.Ordinal)]
        : [];

    protected string PathOf(string id) => Path.Combine(home, id);

    private async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        var gate = Gates.GetOrAdd(home, static _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken);
        return new Leave(gate);
    }

    // from process to process, too
    private static long NextNumber()
    {
        while (true)
        {
            var last = Volatile.Read(ref _lastNumber);
            var next = Math.Max(last + 1, DateTimeOffset.UtcNow.UtcTicks);
            if (Interlocked.CompareExchange(ref _lastNumber, next, last) == last)
                return next;
        }
    }

    private sealed class Leave(SemaphoreSlim gate) : IDisposable
    {
        public void Dispose() => gate.Release();
    }

    [GeneratedRegex(@"^\d{19}-[0-9a-f]{32}\z")]
    private static partial Regex IdPattern();
}
