using System.Globalization;
using System.Text;

namespace MailStore.Sdk.Tests.Conformance;

/// <summary>Mailboxes that break the contract, each in one way that an author might not notice.</summary>
internal static class BrokenMailboxes
{
    /// <summary>Changes what it stores, and says nothing.</summary>
    public sealed class Transforming(string home, long? quota, Func<byte[], byte[]> map) : ShelfMailbox(home, quota)
    {
        protected override async Task WriteAsync(Mail mail, string path, CancellationToken cancellationToken)
        {
            await base.WriteAsync(mail, path, cancellationToken);
            if (base.IsWhole(mail, path))
                await File.WriteAllBytesAsync(path, map(await File.ReadAllBytesAsync(path, cancellationToken)), cancellationToken);
            else
                throw new IOException("the mail ended too early");
        }

        protected override bool IsWhole(Mail mail, string part) => true;
    }

    public sealed class StoresCrLf(string home, long? quota) : ShelfMailbox(home, quota)
    {
        protected override Stream Transform(Mail mail) => mail.OpenRead(LineEnding.CrLf);

        protected override bool IsWhole(Mail mail, string part) => new FileInfo(part).Length == mail.SizeCrLf;
    }

    public sealed class AcknowledgesFirst(string home, long? quota) : ShelfMailbox(home, quota)
    {
        protected override async Task<DeliveryResult> CommitAsync(Mail mail, string part, CancellationToken cancellationToken)
        {
            var id = NewId(mail);
            _ = WriteLaterAsync(await File.ReadAllBytesAsync(part, cancellationToken), PathOf(id));
            return DeliveryResult.Stored(id);
        }

        private async Task WriteLaterAsync(byte[] bytes, string path)
        {
            await Task.Delay(300);
            if (Directory.Exists(Home))
                await File.WriteAllBytesAsync(path, bytes);
        }
    }

    public sealed class ReusesIds(string home, long? quota) : ShelfMailbox(home, quota)
    {
        protected override string NewId(Mail mail) => string.Create(CultureInfo.InvariantCulture, $"{mail.Arrival.ToUnixTimeSeconds() * TimeSpan.TicksPerSecond:D19}-{0:D32}");
    }

    public sealed class TellsAnotherId(string home, long? quota) : ShelfMailbox(home, quota)
    {
        public override async ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken) =>
            await base.DeliverAsync(mail, cancellationToken) is { Status: DeliveryStatus.Stored } ? DeliveryResult.Stored(mail.DeliveryId) : DeliveryResult.TemporaryFailure("not stored");
    }

    public sealed class IgnoresCancellation(string home, long? quota) : ShelfMailbox(home, quota)
    {
        public override ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken) => base.DeliverAsync(mail, CancellationToken.None);
    }

    public sealed class StoresAfterCancellation(string home, long? quota) : ShelfMailbox(home, quota)
    {
        public override async ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return await base.DeliverAsync(mail, CancellationToken.None).AsTask().WaitAsync(cancellationToken);
        }
    }

    public sealed class BlocksForEver(string home, long? quota) : ShelfMailbox(home, quota)
    {
        public override ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken) => new(new TaskCompletionSource<DeliveryResult>().Task);
    }

    public sealed class LeadsOut(string home, long? quota) : ShelfMailbox(home, quota)
    {
        public override ValueTask<Stream?> OpenAsync(string id, CancellationToken cancellationToken) => new(File.Exists(PathOf(id)) ? File.OpenRead(PathOf(id)) : null);
    }

    public sealed class CountsTooLate(string home, long? quota) : ShelfMailbox(home, null)
    {
        private readonly long? _quota = quota;

        public override async ValueTask<MailboxUsage> GetUsageAsync(CancellationToken cancellationToken) => await base.GetUsageAsync(cancellationToken) with { LimitBytes = _quota };

        protected override async Task<DeliveryResult> CommitAsync(Mail mail, string part, CancellationToken cancellationToken)
        {
            if ((await GetUsageAsync(cancellationToken)).Bytes + mail.Size > _quota)
                return DeliveryResult.OverQuota("no room");
            await Task.Delay(20, cancellationToken);
            return await base.CommitAsync(mail, part, cancellationToken);
        }
    }

    public sealed class RefusedTakesRoom(string home, long? quota) : ShelfMailbox(home, null)
    {
        private readonly long? _quota = quota;
        private long _used;

        protected override async Task WriteAsync(Mail mail, string path, CancellationToken cancellationToken)
        {
            Interlocked.Add(ref _used, mail.Size);
            await base.WriteAsync(mail, path, cancellationToken);
        }

        protected override async Task<DeliveryResult> CommitAsync(Mail mail, string part, CancellationToken cancellationToken) =>
            Interlocked.Read(ref _used) > _quota ? DeliveryResult.OverQuota("no room") : await base.CommitAsync(mail, part, cancellationToken);

        public override async ValueTask<MailboxUsage> GetUsageAsync(CancellationToken cancellationToken) => await base.GetUsageAsync(cancellationToken) with { LimitBytes = _quota };
    }

    /// <summary>Mails under way are one batch: what breaks one breaks the next.</summary>
    public sealed class OneFaultFailsAll(string home, long? quota) : ShelfMailbox(home, quota)
    {
        private readonly Lock _gate = new();
        private Batch? _batch;

        /// <summary>A mail is over when all that were begun with it are, so that the sound ones and the faulty ones meet however fast either are.</summary>
        protected override async Task WriteAsync(Mail mail, string path, CancellationToken cancellationToken)
        {
            Batch batch;
            lock (_gate)
            {
                batch = _batch ??= new Batch();
                batch.Writing++;
            }

            try
            {
                await base.WriteAsync(mail, path, cancellationToken);
                batch.HasSound = true;
                await batch.Gathered;
            }
            catch (IOException)
            {
                batch.HasFailed = true;
                throw;
            }
            finally
            {
                lock (_gate)
                {
                    // not before a sound mail was in it
                    if (--batch.Writing == 0 && (batch.HasSound || !batch.HasFailed))
                    {
                        _batch = null;
                        batch.Over.SetResult();
                    }
                }
            }

            await batch.Over.Task;
            if (batch.HasFailed)
                throw new IOException("the batch failed");
        }

        private sealed class Batch
        {
            public volatile bool HasFailed;
            public volatile bool HasSound;

            /// <summary>Time for others to be begun, too.</summary>
            public Task Gathered { get; } = Task.Delay(300);

            public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

            public int Writing { get; set; }
        }
    }

    public sealed class ShowsHalf(string home, long? quota) : ShelfMailbox(home, quota)
    {
        public override async ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var id = NewId(mail);
            try
            {
                await WriteAsync(mail, PathOf(id), cancellationToken);
                return DeliveryResult.Stored(id);
            }
            catch (IOException e)
            {
                return DeliveryResult.TemporaryFailure(e.Message);
            }
        }
    }

    public sealed class TakesCutMails(string home, long? quota) : ShelfMailbox(home, quota)
    {
        protected override bool IsWhole(Mail mail, string part) => true;
    }

    public sealed class LeavesStreamsOpen(string home, long? quota) : ShelfMailbox(home, quota)
    {
        protected override async Task WriteAsync(Mail mail, string path, CancellationToken cancellationToken)
        {
            await using var file = new FileStream(path, FileMode.CreateNew);
            await mail.OpenRead().CopyToAsync(file, cancellationToken);
        }
    }

    public sealed class ReadsLater(string home, long? quota) : ShelfMailbox(home, quota)
    {
        public override async ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken)
        {
            var result = await base.DeliverAsync(mail, cancellationToken);
            _ = IndexLaterAsync(mail);
            return result;
        }

        private static async Task IndexLaterAsync(Mail mail)
        {
            await Task.Delay(10);
            await using var content = mail.OpenRead();
            await content.CopyToAsync(Stream.Null);
        }
    }

    public sealed class ListsNewestFirst(string home, long? quota) : ShelfMailbox(home, quota)
    {
        protected override List<string> Ids() => [.. Enumerable.Reverse(base.Ids())];
    }

    public sealed class RemovesNothing(string home, long? quota) : ShelfMailbox(home, quota)
    {
        public override ValueTask RemoveAllAsync(CancellationToken cancellationToken) => default;
    }

    public sealed class RemovesOnce(string home, long? quota) : ShelfMailbox(home, quota)
    {
        public override ValueTask RemoveAllAsync(CancellationToken cancellationToken)
        {
            Directory.Delete(Home, recursive: true);
            return default;
        }
    }

    public sealed class LosesTheArrival(string home, long? quota) : ShelfMailbox(home, quota)
    {
        protected override string NewId(Mail mail) => string.Create(CultureInfo.InvariantCulture, $"{DateTimeOffset.UtcNow.UtcTicks:D19}-{Guid.NewGuid():n}");
    }

    public static byte[] DropLastLine(byte[] content) => content.AsSpan().LastIndexOf((byte)'\n') is >= 0 and var end ? content[..(end + 1)] : [];

    public static byte[] LoseEighthBit(byte[] content) => Array.ConvertAll(content, b => (byte)(b & 0x7F));

    public static byte[] ThroughAString(byte[] content) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(content));

    public static byte[] UnstuffDots(byte[] content) => Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(content).Replace("\n.", "\n", StringComparison.Ordinal));

    public static byte[] QuoteFrom(byte[] content) => Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(content).Replace("\nFrom ", "\n>From ", StringComparison.Ordinal));

    public static byte[] MendLineEnds(byte[] content) => Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(content).ReplaceLineEndings("\n"));
}
