using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace MailStore.Sdk.Tests.Conformance;

/// <summary>The directory of one user. What derives from it breaks the contract in one of the steps.</summary>
internal partial class ShelfMailbox(string home, long? quota) : IMailbox, IReadableMailbox, IMailboxUsage, IMailboxRemoval
{
    private const string PartPrefix = "part-";

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

    public virtual async IAsyncEnumerable<StoredMail> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        foreach (var id in Ids())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var size = new FileInfo(PathOf(id)).Length;
            yield return new StoredMail(id, size, new DateTimeOffset(long.Parse(id.AsSpan(0, 19), CultureInfo.InvariantCulture), TimeSpan.Zero), MailFlags.None, null);
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

    protected virtual string NewId(Mail mail) => string.Create(CultureInfo.InvariantCulture, $"{mail.Arrival.UtcTicks:D19}-{Guid.NewGuid():n}");

    protected virtual async Task<DeliveryResult> CommitAsync(Mail mail, string part, CancellationToken cancellationToken)
    {
        var gate = Gates.GetOrAdd(home, static _ => new SemaphoreSlim(1, 1));
        await gate.WaitAsync(cancellationToken);
        try
        {
            if (quota is { } limit && (await GetUsageAsync(cancellationToken)).Bytes + mail.Size > limit)
                return DeliveryResult.OverQuota($"no room for {mail.Size} bytes of {limit}");
            cancellationToken.ThrowIfCancellationRequested();
            var id = NewId(mail);
            File.Move(part, PathOf(id), overwrite: true);
            return DeliveryResult.Stored(id);
        }
        finally
        {
            gate.Release();
        }
    }

    protected virtual List<string> Ids() => Directory.Exists(home)
        ? [.. Directory.EnumerateFiles(home).Select(path => Path.GetFileName(path)!).Where(name => !name.StartsWith(PartPrefix, StringComparison.Ordinal)).Order(StringComparer.Ordinal)]
        : [];

    protected string PathOf(string id) => Path.Combine(home, id);

    [GeneratedRegex(@"^\d{19}-[0-9a-f]{32}\z")]
    private static partial Regex IdPattern();
}
