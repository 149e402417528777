using System.Buffers;
using System.Runtime.InteropServices;
using MailStore.Sdk;
using Microsoft.Win32.SafeHandles;

namespace MailStore.Host.Delivery;

/// <summary>
/// The content of one mail on its way: filled once by the protocol, then read by any number of modules at once. In pooled memory up to a
/// limit, in an unnamed file of the spool directory beyond, or when all mails together have used up their budget. Written by one thread at a time; <see cref="FlushAsync"/> after each piece that came from the network.
/// </summary>
internal sealed class MailBuffer(string spoolDirectory, long memoryLimit, MailBudget? budget = null) : MailContent, IBufferWriter<byte>, IDisposable
{
    private const int SegmentSize = 32 * 1024;
    private const int FirstSegmentSize = 8 * 1024;
    private const int SmallestSegmentSize = 256;

    // ENOSPC and EDQUOT: all else is no lack of room, and no freeing of room mends it
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    private readonly List<byte[]> _segments = [];
    private readonly List<int> _filled = [];
    private SafeFileHandle? _file;
    private long _fileLength;
    private long _memoryLength;
    private long _lineFeeds;
    private long _capacity;
    private long _memoryTaken;
    private long _spoolTaken;
    private int _firstSize = FirstSegmentSize;
    private bool _isBinary;
    private bool _abandoned;
    private bool _disposed;

    public override long Length => _fileLength + _memoryLength;

    public override long LineFeeds => _lineFeeds;

    public override bool IsBinary => _isBinary;

    /// <summary>Whether the content went to a file.</summary>
    public bool IsSpooled => _file is not null;

    /// <summary>Takes no more memory at first than a content of this length needs, with a byte more in which its end is seen. For who holds many small mails; called before all else.</summary>
    public void Expect(long length) => _firstSize = (int)Math.Clamp(length + 1, SmallestSegmentSize, FirstSegmentSize);

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (_segments.Count == 0 || _segments[^1].Length - _filled[^1] < Math.Max(sizeHint, 1))
        {
            // the first piece is small: most mails are
            var size = _segments.Count == 0 ? _firstSize : SegmentSize;
            _segments.Add(ArrayPool<byte>.Shared.Rent(Math.Max(sizeHint, size)));
            _capacity += _segments[^1].Length;
            _filled.Add(0);
        }

        return _segments[^1].AsMemory(_filled[^1]);
    }

    public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public void Advance(int count)
    {
        var written = _segments[^1].AsSpan(_filled[^1], count);
        _lineFeeds += written.Count((byte)'\n');
        CollectionsMarshal.AsSpan(_filled)[^1] += count;
        _memoryLength += count;
    }

    /// <summary>The content is kept to the byte: see <see cref="MailContent.IsBinary"/>.</summary>
    public void MarkBinary() => _isBinary = true;

    /// <summary>Moves what is in memory to the file once it is over the limit, so that memory stays bounded.</summary>
    /// <exception cref="TemporaryFailureException">The spool directory does not take it.</exception>
    public async ValueTask FlushAsync(CancellationToken cancellationToken)
    {
        if (_file is null ? _memoryLength <= memoryLimit && TryTakeMemory() : _memoryLength < SegmentSize && _memoryLength <= memoryLimit)
            return;
        TakeSpool();
        // the disk may be busy, and the caller be where all sockets are heard
        if (_file is null)
            await Task.Yield();
        try
        {
            _file ??= OpenSpoolFile();
            for (var i = 0; i < _segments.Count; i++)
            {
                await RandomAccess.WriteAsync(_file, _segments[i].AsMemory(0, _filled[i]), _fileLength, cancellationToken);
                _fileLength += _filled[i];
                _memoryLength -= _filled[i];
                _filled[i] = 0;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TemporaryFailureException($"a mail of more than {memoryLimit} bytes cannot be spooled in {spoolDirectory}: {e.Message}", e)
            {
                StorageFull = e.HResult is NoSpace or QuotaExceeded,
            };
        }

        for (var i = 1; i < _segments.Count; i++)
            ArrayPool<byte>.Shared.Return(_segments[i]);
        _segments.RemoveRange(1, _segments.Count - 1);
        _filled.RemoveRange(1, _filled.Count - 1);
        _capacity = _segments[0].Length;
        if (_memoryTaken > _capacity)
            ReturnMemory(_memoryTaken - _capacity);
    }

    /// <exception cref="ObjectDisposedException">
    /// All replies are given. A module that was given up and begins to read only now must not store a mail that the MTA sends again, and least of all an empty one.
    /// </exception>
    public override bool TryGetSequence(out ReadOnlySequence<byte> content)
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed), this);
        if (_file is not null)
        {
            content = default;
            return false;
        }

        content = SequenceOf(_segments, _filled);
        return true;
    }

    /// <inheritdoc cref="TryGetSequence"/>
    public override Stream OpenRead()
    {
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed), this);
        return new MailBufferStream(_file, _fileLength, SequenceOf(_segments, _filled));
    }

    /// <summary>A module still has the mail although it was given up: its memory is left to the garbage collector, never reused.</summary>
    public void Abandon() => Volatile.Write(ref _abandoned, true);

    public void Dispose()
    {
        if (!Interlocked.Exchange(ref _disposed, true))
        {
            ReturnMemory(_memoryTaken);
            budget?.ReturnSpool(_spoolTaken);
        }

        // also the lists stay as they are: a module may be about to read them
        if (Volatile.Read(ref _abandoned))
            return;
        foreach (var segment in _segments)
            ArrayPool<byte>.Shared.Return(segment);
        _file?.Dispose();
        _segments.Clear();
        _filled.Clear();
    }

    /// <summary>Counts what was rented. What goes to the file is back in the pool before the next piece comes.</summary>
    private bool TryTakeMemory()
    {
        var missing = _capacity - _memoryTaken;
        if (missing == 0 || budget is null)
            return true;
        if (!budget.TryTakeMemory(missing))
            return false;
        _memoryTaken = _capacity;
        return true;
    }

    private void ReturnMemory(long bytes)
    {
        _memoryTaken -= bytes;
        budget?.ReturnMemory(bytes);
    }

    private void TakeSpool()
    {
        if (budget is null)
            return;
        if (!budget.TryTakeSpool(_memoryLength))
            throw new TemporaryFailureException("the mails that are under way take all of [delivery] spool_for_mails") { StorageFull = true };
        _spoolTaken += _memoryLength;
    }

    private SafeFileHandle OpenSpoolFile()
    {
        Directory.CreateDirectory(spoolDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = Path.Combine(spoolDirectory, $"{Guid.NewGuid():n}.mail");
        using var creator = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            BufferSize = 0,
        });
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
        }
        finally
        {
            // nameless from here on: a kill leaves nothing behind
            File.Delete(path);
        }
    }

    private static ReadOnlySequence<byte> SequenceOf(List<byte[]> segments, List<int> filled)
    {
        if (segments.Count == 0)
            return ReadOnlySequence<byte>.Empty;
        if (segments.Count == 1)
            return new ReadOnlySequence<byte>(segments[0].AsMemory(0, filled[0]));
        var first = new BufferSegment(segments[0].AsMemory(0, filled[0]), null);
        var last = first;
        for (var i = 1; i < segments.Count; i++)
            last = new BufferSegment(segments[i].AsMemory(0, filled[i]), last);
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }
}
