using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace MailStore.Host.Delivery.Repeats;

/// <summary>
/// The files of the memory: <c>repeats</c>, and <c>repeats.old</c> that it becomes when it is as old as the window or full. Records of 24 bytes: key, seconds
/// since 1970, CRC-32C of both; what a power cut or a full disk tore is told by the last, and passed over byte by byte. Thread-safe, and processes may share them:
/// each 'mailstore deliver' that finds no server is one of its own.
/// </summary>
internal sealed partial class RepeatFiles : IDisposable
{
    private const int RecordSize = 24;
    private const int OpenToAppend = 0x80441; // O_WRONLY, O_CREAT, O_APPEND, O_CLOEXEC
    private const int OwnerOnly = 0x180; // 0600

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
        key.Write(record);
        BinaryPrimitives.WriteUInt32LittleEndian(record[RepeatKey.Size..], at);
        BinaryPrimitives.WriteUInt32LittleEndian(record[20..], CheckOf(record));
        try
        {
            SafeFileHandle file;
            lock (_gate)
            {
                file = Current();
                _length += RecordSize;
            }

            // the system puts it at the end, whoever else writes; the offset means nothing then
            RandomAccess.Write(file, record, 0);
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
        // not closed here: others may be about to write to it, and it is rare
        var isDue = _file is not null;
        _file = null;
        // a process that stores one mail and ends never gets further than to find it full
        if (isDue || (File.Exists(_path) && new FileInfo(_path).Length + RecordSize > _limit))
            File.Move(_path, OldPath, overwrite: true);
        _file = OpenFile(_path);
        _length = RandomAccess.GetLength(_file);
        _since = _clock.GetUtcNow();
        return _file;
    }

    /// <summary>Opens it as the framework cannot: each write goes to the end, also of what another process has written meanwhile.</summary>
    private static SafeFileHandle OpenFile(string path)
    {
        var file = new SafeFileHandle(Open(path, OpenToAppend, OwnerOnly), ownsHandle: true);
        return file.IsInvalid ? throw new IOException(Marshal.GetLastPInvokeErrorMessage()) : file;
    }

    private void ReadFile(string path, List<(RepeatKey, uint)> records)
    {
        try
        {
            if (!File.Exists(path))
                return;
            var content = File.ReadAllBytes(path).AsSpan();
            while (content.Length >= RecordSize)
            {
                var isRecord = BinaryPrimitives.ReadUInt32LittleEndian(content[20..]) == CheckOf(content);
                if (isRecord)
                    records.Add((RepeatKey.Read(content), BinaryPrimitives.ReadUInt32LittleEndian(content[RepeatKey.Size..])));
                content = content[(isRecord ? RecordSize : 1)..];
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
        return ~BitOperations.Crc32C(check, BinaryPrimitives.ReadUInt32LittleEndian(record[RepeatKey.Size..]));
    }

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags, int mode);
}
