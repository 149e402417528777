using System.Buffers.Binary;
using System.Numerics;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace MailStore.Host.Delivery.Repeats;

/// <summary>
/// The files of the memory: <c>repeats</c>, and <c>repeats.old</c> that it becomes when it is as old as the window or full. Records of 24 bytes: key, seconds
/// since 1970, CRC-32C of both; what a power cut or a full disk tore is told by the last, and left out. Thread-safe.
/// </summary>
internal sealed class RepeatFiles : IDisposable
{
    private const int RecordSize = 24;

    private readonly string _path;
    private readonly TimeSpan _window;
    private readonly long _limit;
    private readonly ILogger _logger;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private SafeFileHandle? _file;
    private long _length;
    private DateTimeOffset _since;
    private bool _failed;

    public RepeatFiles(string directory, TimeSpan window, int limit, ILogger logger, TimeProvider clock)
    {
        _path = Path.Combine(directory, "repeats");
        _window = window;
        _limit = (long)limit * RecordSize;
        _logger = logger;
        _clock = clock;
    }

    private string OldPath => _path + ".old";

    /// <summary>All that is in the files, older ones first. Called once, before <see cref="Append"/>.</summary>
    public IReadOnlyList<(RepeatKey Key, uint At)> Read()
    {
        var records = new List<(RepeatKey, uint)>();
        ReadFile(OldPath, records);
        ReadFile(_path, records);
        return records;
    }

    /// <summary>Notes a mail. Handed to the system, which keeps it if this process is killed; not synced.</summary>
    public void Append(RepeatKey key, uint at)
    {
        Span<byte> record = stackalloc byte[RecordSize];
        BinaryPrimitives.WriteUInt128LittleEndian(record, key.Hash);
        BinaryPrimitives.WriteUInt32LittleEndian(record[16..], at);
        BinaryPrimitives.WriteUInt32LittleEndian(record[20..], CheckOf(record));
        try
        {
            SafeFileHandle file;
            long offset;
            lock (_gate)
            {
                file = Current();
                offset = _length;
                _length += RecordSize;
            }

            // each at its own place: no two wait for each other
            RandomAccess.Write(file, record, offset);
            _failed = false;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            // the mail is stored: that the memory cannot be kept must not cost it; a repeat after a restart is stored twice then
            if (!_failed && e is not ObjectDisposedException)
                RepeatLog.CannotRemember(_logger, _path, e.Message);
            _failed = true;
        }
    }

    public void Dispose()
    {
        lock (_gate)
            _file?.Dispose();
    }

    private SafeFileHandle Current()
    {
        if (_file is not null && _length + RecordSize <= _limit && _clock.GetUtcNow() - _since < _window)
            return _file;
        if (_file is not null)
        {
            // not closed here: others may be about to write to it, and it is rare
            _file = null;
            File.Move(_path, OldPath, overwrite: true);
        }

        _file = File.OpenHandle(_path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        _length = RandomAccess.GetLength(_file) / RecordSize * RecordSize;
        _since = _clock.GetUtcNow();
        return _file;
    }

    private void ReadFile(string path, List<(RepeatKey, uint)> records)
    {
        try
        {
            if (!File.Exists(path))
                return;
            var content = File.ReadAllBytes(path).AsSpan();
            for (; content.Length >= RecordSize; content = content[RecordSize..])
            {
                if (BinaryPrimitives.ReadUInt32LittleEndian(content[20..]) == CheckOf(content))
                    records.Add((new RepeatKey(BinaryPrimitives.ReadUInt128LittleEndian(content)), BinaryPrimitives.ReadUInt32LittleEndian(content[16..])));
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            RepeatLog.CannotRemember(_logger, path, e.Message);
        }
    }

    private static uint CheckOf(ReadOnlySpan<byte> record)
    {
        // not 0: a block of zeros, as a power cut may leave it, is no record
        var check = BitOperations.Crc32C(uint.MaxValue, BinaryPrimitives.ReadUInt64LittleEndian(record));
        check = BitOperations.Crc32C(check, BinaryPrimitives.ReadUInt64LittleEndian(record[8..]));
        return ~BitOperations.Crc32C(check, BinaryPrimitives.ReadUInt32LittleEndian(record[16..]));
    }
}
