using System.Diagnostics;
using Microsoft.Extensions.Logging;
using MailStore.Mbox.Format;
using MailStore.Mbox.Interop;
using MailStore.Mbox.Locks;
using MailStore.Mbox.Places;
using MailStore.Sdk;

namespace MailStore.Mbox.Delivery;

/// <summary>
/// Writes mails behind the last one of a locked file, all with one sync. Whatever fails, the file is cut back to what it was before it is unlocked. Blocks; runs on a worker.
/// </summary>
/// <param name="file">The file; the caller closes it.</param>
/// <param name="known">What this process knows of it.</param>
/// <param name="logger">For what the results do not tell.</param>
internal sealed class BatchWriter(LockedFile file, BoxState? known, ILogger logger)
{
    private readonly List<(DeliveryRequest Request, long Start)> _written = [];
    private readonly List<(DeliveryRequest Request, DeliveryResult Result)> _results = [];
    private Exception? _fault;
    private long _end;
    private Usage? _usage;

    /// <summary>Writes them.</summary>
    /// <returns>What is known of the file from now on; null if nothing is for sure.</returns>
    public BoxState? Write(IReadOnlyList<DeliveryRequest> requests, Owner? owner)
    {
        var end = file.Status.Size;
        try
        {
            var isKnown = known?.Status == file.Status;
            var tail = isKnown ? new Tail(end, false, []) : CutBack(TailCheck.Find(file.Handle, end));
            _end = end = tail.End;
            _usage = isKnown ? known!.Usage : null;
            using var sink = new FileSink(file.Handle, end);
            Separate(sink, end);
            foreach (var request in requests)
                Write(request, owner, sink);
            sink.Flush();
            return Commit(sink, tail);
        }
        catch (Exception e) // the boundary between threads: those who wait must be told, whatever it is
        {
            Undo(end);
            _results.Clear();
            _written.Clear();
            if (e is not (IOException or UnauthorizedAccessException))
                _fault = e;
            var result = Posix.IsFull(e)
                ? DeliveryResult.StorageFull($"no room left for {file.Path}: {e.Message}; free space on that disk")
                : DeliveryResult.TemporaryFailure($"{file.Path} cannot be written: {e.Message}");
            _results.AddRange(requests.Select(request => (request, result)));
            return null;
        }
    }

    /// <summary>Cuts off what a crash left, as the next delivery would.</summary>
    public bool CutBack()
    {
        CutBack(TailCheck.Find(file.Handle, file.Status.Size));
        Posix.Sync(file.Handle, file.Path);
        return true;
    }

    /// <summary>Answers all, once the file is closed and unlocked.</summary>
    public void Answer()
    {
        foreach (var (request, result) in _results)
        {
            if (_fault is null)
                request.Answer(result);
            else
                request.AnswerFault(_fault);
        }
    }

    private void Write(DeliveryRequest request, Owner? owner, FileSink sink)
    {
        var start = sink.Position;
        try
        {
            if (owner is not null && owner.Claim != request.Place.Claim)
            {
                _results.Add((request, DeliveryResult.TemporaryFailure(
                    $"{file.Path} is not the mbox file of user '{request.Place.User}' any more, by {OwnerFile.PathOf(file.Path)}; look whose it is, and mend that file or the user's record")));
                return;
            }

            if (request.Limit.IsSet)
            {
                // what was written before may be in the buffer still
                _usage ??= _written.Aggregate(UsageCount.Of(file.Handle, _end), static (usage, mail) => usage.Plus(mail.Request.Mail.Marker.Size));
                if (!request.Limit.Allows(_usage.Value.Plus(request.Mail.Marker.Size)))
                {
                    _results.Add((request, DeliveryResult.OverQuota(request.Limit.Describe(_usage.Value, request.Mail.Marker.Size))));
                    return;
                }
            }

            request.CancellationToken.ThrowIfCancellationRequested();
            request.Mail.WriteTo(sink, request.CancellationToken);
            _written.Add((request, start));
            _usage = _usage?.Plus(request.Mail.Marker.Size);
        }
        catch (OperationCanceledException)
        {
            sink.GoBack(start);
            request.AnswerCancelled();
        }
        catch (UnreadableMailException e)
        {
            sink.GoBack(start);
            _results.Add((request, DeliveryResult.TemporaryFailure($"the mail for {file.Path} could not be read: {e.Message}")));
        }
    }

    private BoxState? Commit(FileSink sink, Tail tail)
    {
        if (_written.Count == 0)
        {
            if (sink.Highest > tail.End)
                RandomAccess.SetLength(file.Handle, tail.End);
            return null;
        }

        if (sink.Highest > sink.Position)
            RandomAccess.SetLength(file.Handle, sink.Position);
        var began = Stopwatch.GetTimestamp();
        Posix.Sync(file.Handle, file.Path);
        var sync = Stopwatch.GetElapsedTime(began);

        var state = Confirm(tail);
        foreach (var (request, _) in _written)
            _results.Add((request, DeliveryResult.Stored(request.Mail.Marker.Id, null, sync)));
        return state;
    }

    // No sync: if a power cut takes this, the mails are found whole, and are confirmed then. One that fails is not passed over: ext4 that is shut down after a fault may say of
    // an fsync under way that all is well, though it has dropped what was to be written; the next write tells.
    private BoxState Confirm(Tail tail)
    {
        foreach (var (request, start) in _written)
            RandomAccess.Write(file.Handle, Marker.Confirmation, start + request.Mail.Confirmation);
        foreach (var head in tail.Unconfirmed)
            RandomAccess.Write(file.Handle, Marker.Confirmation, head.Confirmation);
        return new BoxState(file.StatusNow(), _usage);
    }

    private Tail CutBack(Tail tail)
    {
        var count = file.Status.Size - tail.End;
        if (count == 0)
            return tail;
        if (tail.IsToBeKept)
        {
            var kept = TornTail.Keep(file, tail.End);
            MboxLog.CutAndKept(logger, file.Path, count, kept);
        }
        else
        {
            MboxLog.Cut(logger, file.Path, count);
        }

        RandomAccess.SetLength(file.Handle, tail.End);
        return tail;
    }

    // others may leave out the empty line behind their last mail, or the end of their last line
    private void Separate(FileSink sink, long end)
    {
        Span<byte> last = stackalloc byte[2];
        var length = (int)Math.Min(2, end);
        last = last[..MailFinder.ReadFully(file.Handle, last[..length], end - length)];
        if (end > 0)
            sink.Write(last is [.., (byte)'\n', (byte)'\n'] ? [] : last[^1] == (byte)'\n' ? "\n"u8 : "\n\n"u8);
    }

    // The error that led here is the one to tell. What is left is not confirmed: if it is whole, nobody but the MTA's next try can tell that it is not meant to be there.
    private void Undo(long end)
    {
        try
        {
            RandomAccess.SetLength(file.Handle, end);
            Posix.Sync(file.Handle, file.Path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            MboxLog.NotCutBack(logger, file.Path, e.Message);
            Doubt = new Doubt(file.Status, _written.ConvertAll(mail => mail.Request.Mail.Marker.Id));
        }
    }

    /// <summary>What could not be cut off; null if all is well.</summary>
    public Doubt? Doubt { get; private set; }
}
