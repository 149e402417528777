using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace MailStore.Sdk.Tests.Conformance;

/// <summary>Mailboxes that break what <see cref="IMailboxImport"/> promises, each in one way that an author might not notice.</summary>
internal static class BrokenImports
{
    public sealed class LosesFlags(string home, long? quota) : ShelfMailbox(home, quota)
    {
        protected override void WriteAbout(string id, MailFlags flags, string? folder) => base.WriteAbout(id, flags & ~MailFlags.Passed, folder);
    }

    public sealed class AddsAHeader(string home, long? quota) : ShelfMailbox(home, quota)
    {
        protected override async Task<DeliveryResult> ImportAsync(Mail mail, CancellationToken cancellationToken)
        {
            var result = await base.ImportAsync(mail, cancellationToken);
            if (result.StoredId is not null)
                await File.WriteAllBytesAsync(PathOf(result.StoredId), [.. Encoding.ASCII.GetBytes("X-Imported: yes\n"), .. await File.ReadAllBytesAsync(PathOf(result.StoredId), cancellationToken)], cancellationToken);
            return result;
        }
    }

    public sealed class ReadsImportsAsStrings(string home, long? quota) : ShelfMailbox(home, quota)
    {
        protected override async Task<DeliveryResult> ImportAsync(Mail mail, CancellationToken cancellationToken)
        {
            var result = await base.ImportAsync(mail, cancellationToken);
            if (result.StoredId is not null)
                await File.WriteAllTextAsync(PathOf(result.StoredId), await File.ReadAllTextAsync(PathOf(result.StoredId), cancellationToken), Encoding.UTF8, cancellationToken);
            return result;
        }
    }

    public sealed class TakesTwoHundred(string home, long? quota) : ShelfMailbox(home, quota)
    {
        public override async ValueTask<IReadOnlyList<DeliveryResult>> ImportAsync(IReadOnlyList<Mail> mails, CancellationToken cancellationToken) =>
            [.. await base.ImportAsync([.. mails.Take(200)], cancellationToken)];
    }

    public sealed class ArrivesNow(string home, long? quota) : ShelfMailbox(home, quota)
    {
        private bool _isImport;

        public override ValueTask<IReadOnlyList<DeliveryResult>> ImportAsync(IReadOnlyList<Mail> mails, CancellationToken cancellationToken)
        {
            _isImport = true;
            return base.ImportAsync(mails, cancellationToken);
        }

        protected override string NewId(Mail mail) =>
            _isImport ? string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.UtcNow.UtcTicks:D19}-{Guid.CreateVersion7():n}") : base.NewId(mail);
    }

    public sealed class NoOrderInASecond(string home, long? quota) : ShelfMailbox(home, quota)
    {
        protected override string NewId(Mail mail) => string.Create(CultureInfo.InvariantCulture, $"{mail.Arrival.UtcTicks:D19}-{Guid.NewGuid():n}");
    }

    public sealed class OneCallAtATime(string home, long? quota) : ShelfMailbox(home, quota)
    {
        private int _calls;

        public override async ValueTask<IReadOnlyList<DeliveryResult>> ImportAsync(IReadOnlyList<Mail> mails, CancellationToken cancellationToken)
        {
            if (Interlocked.Increment(ref _calls) > 1)
                throw new InvalidOperationException("an import is running already");
            await Task.Delay(10, cancellationToken);
            var results = await base.ImportAsync(mails, cancellationToken);
            Interlocked.Decrement(ref _calls);
            return results;
        }
    }

    public sealed class ImportsLater(string home, long? quota) : ShelfMailbox(home, quota)
    {
        private List<(string Hidden, string Path)> Own { get; } = [];

        public override async ValueTask<IReadOnlyList<DeliveryResult>> ImportAsync(IReadOnlyList<Mail> mails, CancellationToken cancellationToken)
        {
            var results = await base.ImportAsync(mails, cancellationToken);
            foreach (var id in results.Select(result => result.StoredId).OfType<string>())
            {
                File.Move(PathOf(id), Path.Combine(Home, "part-" + id));
                Own.Add((Path.Combine(Home, "part-" + id), PathOf(id)));
            }

            return results;
        }

        public override IAsyncEnumerable<StoredMail> ListAsync(CancellationToken cancellationToken)
        {
            foreach (var (hidden, path) in Own.Where(mail => File.Exists(mail.Hidden)))
                File.Move(hidden, path);
            return base.ListAsync(cancellationToken);
        }
    }

    public sealed class QuotaRefuses(string home, long? quota) : ShelfMailbox(home, quota)
    {
        protected override async Task<DeliveryResult> ImportAsync(Mail mail, CancellationToken cancellationToken) =>
            Limit is { } limit && (await GetUsageAsync(cancellationToken)).Bytes + mail.Size > limit ? DeliveryResult.OverQuota("no room") : await base.ImportAsync(mail, cancellationToken);
    }

    public sealed class DoesNotCount(string home, long? quota) : ShelfMailbox(home, quota)
    {
        private long _bytes;
        private long _count;

        public override ValueTask<MailboxUsage> GetUsageAsync(CancellationToken cancellationToken) => new(new MailboxUsage(_bytes, _count, Limit, null));

        public override async ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken)
        {
            var result = await base.DeliverAsync(mail, cancellationToken);
            if (result.StoredId is not null)
                (_bytes, _count) = (_bytes + mail.Size, _count + 1);
            return result;
        }
    }

    public sealed class OneFaultFailsTheCall(string home, long? quota) : ShelfMailbox(home, quota)
    {
        public override async ValueTask<IReadOnlyList<DeliveryResult>> ImportAsync(IReadOnlyList<Mail> mails, CancellationToken cancellationToken)
        {
            var results = await base.ImportAsync(mails, cancellationToken);
            if (results.All(result => result.Status == DeliveryStatus.Stored))
                return results;
            foreach (var id in results.Select(result => result.StoredId).OfType<string>())
                File.Delete(PathOf(id));
            return [.. results.Select(_ => DeliveryResult.TemporaryFailure("one of them could not be read"))];
        }
    }

    public sealed class LeavesImportsOpen(string home, long? quota) : ShelfMailbox(home, quota)
    {
        protected override Task<DeliveryResult> ImportAsync(Mail mail, CancellationToken cancellationToken)
        {
            _ = mail.OpenRead();
            return base.ImportAsync(mail, cancellationToken);
        }
    }

    public sealed class IgnoresCancelledImports(string home, long? quota) : ShelfMailbox(home, quota)
    {
        public override ValueTask<IReadOnlyList<DeliveryResult>> ImportAsync(IReadOnlyList<Mail> mails, CancellationToken cancellationToken) => base.ImportAsync(mails, CancellationToken.None);
    }

    /// <summary>Says that nothing was stored, and leaves what was.</summary>
    public sealed class ForgetsWhatIsStored(string home, long? quota) : ShelfMailbox(home, quota)
    {
        public override async ValueTask<IReadOnlyList<DeliveryResult>> ImportAsync(IReadOnlyList<Mail> mails, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var results = await base.ImportAsync(mails, cancellationToken);
            return results.Any(result => result.Status == DeliveryStatus.Stored) ? results : throw new OperationCanceledException();
        }

        protected override async Task<DeliveryResult> ImportAsync(Mail mail, CancellationToken cancellationToken)
        {
            var result = await base.ImportAsync(mail, cancellationToken);
            // on a fast machine, too, most cancellations come here
            await Task.Delay(5, CancellationToken.None);
            cancellationToken.ThrowIfCancellationRequested();
            return result;
        }
    }

    public sealed class FoldersByDirectory(string home, long? quota) : ShelfMailbox(home, quota)
    {
        public override ValueTask<bool> TryCreateFolderAsync(string folder, CancellationToken cancellationToken)
        {
            try
            {
                Directory.CreateDirectory(Path.Combine(Home, "folders", folder, "cur"));
            }
            catch (IOException)
            {
                return new(false);
            }

            return base.TryCreateFolderAsync(folder, cancellationToken);
        }
    }

    public sealed class CreatesOnce(string home, long? quota) : ShelfMailbox(home, quota)
    {
        private readonly HashSet<string> _folders = [];

        public override async ValueTask<bool> TryCreateFolderAsync(string folder, CancellationToken cancellationToken)
        {
            lock (_folders)
            {
                if (!_folders.Add(folder))
                    return false;
            }

            return await base.TryCreateFolderAsync(folder, cancellationToken);
        }
    }

    public sealed class ForgetsEmptyFolders(string home, long? quota) : ShelfMailbox(home, quota)
    {
        public override async IAsyncEnumerable<string> ListFoldersAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            foreach (var folder in await ListAsync(cancellationToken).Select(mail => mail.Folder).OfType<string>().Distinct().ToListAsync(cancellationToken))
                yield return folder;
        }
    }

    public sealed class LowersFolders(string home, long? quota) : ShelfMailbox(home, quota)
    {
#pragma warning disable CA1308 // that is the flaw
        protected override string? FolderOf(Mail mail) => base.FolderOf(mail)?.ToLowerInvariant();
#pragma warning restore CA1308
    }

    public sealed class FilesByDetail(string home, long? quota) : ShelfMailbox(home, quota)
    {
        protected override string? FolderOf(Mail mail) => base.FolderOf(mail) ?? mail.Detail;
    }

    public sealed class AddsFlags(string home, long? quota) : ShelfMailbox(home, quota)
    {
        private readonly Dictionary<string, MailFlags> _flags = [];

        public override ValueTask<bool> TrySetFlagsAsync(string id, MailFlags flags, CancellationToken cancellationToken) =>
            base.TrySetFlagsAsync(id, _flags[id] = _flags.GetValueOrDefault(id) | flags, cancellationToken);
    }

    public sealed class FlagsInMemory(string home, long? quota) : ShelfMailbox(home, quota)
    {
        private readonly Dictionary<string, MailFlags> _flags = [];

        public override async ValueTask<bool> TrySetFlagsAsync(string id, MailFlags flags, CancellationToken cancellationToken)
        {
            if (!await base.TrySetFlagsAsync(id, MailFlags.None, cancellationToken))
                return false;
            lock (_flags)
                _flags[id] = flags;
            return true;
        }

        public override async IAsyncEnumerable<StoredMail> ListAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await foreach (var mail in base.ListAsync(cancellationToken))
                yield return _flags.TryGetValue(mail.Id, out var flags) ? mail with { Flags = flags } : mail;
        }
    }

    public sealed class LosesFlagsAtOnce(string home, long? quota) : ShelfMailbox(home, quota)
    {
        private string? _last;

        public override async ValueTask<bool> TrySetFlagsAsync(string id, MailFlags flags, CancellationToken cancellationToken)
        {
            _last = id;
            await Task.Delay(5, cancellationToken);
            return await base.TrySetFlagsAsync(_last, flags, cancellationToken);
        }
    }

    public sealed class MarksAnything(string home, long? quota) : ShelfMailbox(home, quota)
    {
        public override async ValueTask<bool> TrySetFlagsAsync(string id, MailFlags flags, CancellationToken cancellationToken) =>
            await base.TrySetFlagsAsync(id, flags, cancellationToken) || id.Length > 0;
    }

    /// <summary>Finds a mail by its id wherever it is.</summary>
    public sealed class ReachesOthers(string home, long? quota) : ShelfMailbox(home, quota)
    {
        public override ValueTask<bool> TrySetFlagsAsync(string id, MailFlags flags, CancellationToken cancellationToken) => Owner(id).BaseSetAsync(id, flags, cancellationToken);

        public override ValueTask<bool> TryRemoveAsync(string id, CancellationToken cancellationToken) => Owner(id).BaseRemoveAsync(id, cancellationToken);

        private ValueTask<bool> BaseSetAsync(string id, MailFlags flags, CancellationToken cancellationToken) => base.TrySetFlagsAsync(id, flags, cancellationToken);

        private ValueTask<bool> BaseRemoveAsync(string id, CancellationToken cancellationToken) => base.TryRemoveAsync(id, cancellationToken);

        private ReachesOthers Owner(string id) =>
            id.Length > 50 && !id.Contains('/') && Directory.GetFiles(Path.GetDirectoryName(Home)!, id, SearchOption.AllDirectories) is [var found] ? new(Path.GetDirectoryName(found)!, null) : this;
    }

    public sealed class RemovesItsNeighbour(string home, long? quota) : ShelfMailbox(home, quota)
    {
        public override async ValueTask<bool> TryRemoveAsync(string id, CancellationToken cancellationToken) =>
            await base.TryRemoveAsync(Ids().FirstOrDefault(other => other != id) ?? id, cancellationToken);
    }

    public sealed class RemovesAlways(string home, long? quota) : ShelfMailbox(home, quota)
    {
        public override async ValueTask<bool> TryRemoveAsync(string id, CancellationToken cancellationToken)
        {
            await base.TryRemoveAsync(id, cancellationToken);
            return id.Length > 0;
        }
    }

    public sealed class RemovesOneAtATime(string home, long? quota) : ShelfMailbox(home, quota)
    {
        private int _calls;

        public override async ValueTask<bool> TryRemoveAsync(string id, CancellationToken cancellationToken)
        {
            var isFirst = Interlocked.Increment(ref _calls) == 1;
            await Task.Delay(5, cancellationToken);
            var isRemoved = isFirst && await base.TryRemoveAsync(id, cancellationToken);
            Interlocked.Decrement(ref _calls);
            return isRemoved;
        }
    }

    public sealed class RemovedStaysCounted(string home, long? quota) : ShelfMailbox(home, quota)
    {
        private long _removedBytes;
        private long _removedCount;

        public override async ValueTask<MailboxUsage> GetUsageAsync(CancellationToken cancellationToken)
        {
            var usage = await base.GetUsageAsync(cancellationToken);
            return usage with { Bytes = usage.Bytes + _removedBytes, Count = usage.Count + _removedCount };
        }

        public override async ValueTask<bool> TryRemoveAsync(string id, CancellationToken cancellationToken)
        {
            var size = File.Exists(PathOf(id)) ? new FileInfo(PathOf(id)).Length : 0;
            if (!await base.TryRemoveAsync(id, cancellationToken))
                return false;
            (_removedBytes, _removedCount) = (_removedBytes + size, _removedCount + 1);
            return true;
        }
    }

    public sealed class RemovesPaths(string home, long? quota) : ShelfMailbox(home, quota)
    {
        public override async ValueTask<bool> TryRemoveAsync(string id, CancellationToken cancellationToken)
        {
            if (await base.TryRemoveAsync(id, cancellationToken))
                return true;
            if (!File.Exists(PathOf(id)))
                return false;
            File.Delete(PathOf(id));
            return true;
        }
    }
}
