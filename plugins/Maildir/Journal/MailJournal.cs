using System.Buffers.Binary;
using System.Security.Cryptography;
using MailStore.Maildir.Interop;
using Microsoft.Extensions.Logging;

namespace MailStore.Maildir.Journal;

/// <summary>
/// The write-ahead journal: mails that wait at the same time are written into a file that was laid out before, and one fdatasync makes all of them durable. While one file is
/// filled, the mails of the other are made durable where they belong, and it is emptied. Thread-safe; all calls block.
/// </summary>
/// <remarks>
/// A mail is in <c>tmp</c> when it comes here, and gets its name in <c>new</c> afterwards: no reader sees one that a power cut could take. What it can do is take the name, or
/// tear the file that has it, until the file system is synced; <see cref="JournalReplay"/> mends that.
/// </remarks>
internal sealed class MailJournal : IDisposable
{
    /// <summary>A mail that is larger is stored without the journal: written twice it would cost more than its own syncs.</summary>
    public const int MaxContent = 128 * 1024;

    /// <summary>How long a mail waits for its file to be synced, at most, where the disk keeps pace.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(5);

    private readonly IJournalDisk _disk;
    private readonly ILogger _logger;
    private readonly GroupCommit<JournalEntry> _group;
    private readonly BlockBuffer _buffer = new();
    private readonly Lock _turn = new();
    private readonly JournalSweep _sweep;
    private readonly ITimer _timer;

    // all of these by who has the turn
    private JournalHalf _active;
    private JournalHalf? _spare;
    private JournalHalf? _full;
    private long _order;
    private long _batch;
    private PosixException? _fault;
    private bool _isClosed;

    /// <summary>Empties both files, and begins.</summary>
    /// <param name="disk">Whatever it held has been replayed, and is durable. It is closed with the journal.</param>
    /// <param name="order">Beyond that of all headers that were there.</param>
    /// <param name="batch">The last number that was used for a batch.</param>
    public MailJournal(IJournalDisk disk, long order, long batch, TimeProvider clock, ILogger logger)
    {
        (_disk, _order, _batch, _logger) = (disk, order, batch, logger);
        _group = new GroupCommit<JournalEntry>(Commit);
        _active = Begin(0);
        _spare = Begin(1);
        _sweep = new JournalSweep(this);
        _timer = clock.CreateTimer(_ => _sweep.Wake(isDue: true), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Why it takes no mails any more; null if all is well.</summary>
    public string? Fault => Volatile.Read(ref _fault)?.Message;

    /// <summary>Makes a mail durable, together with those that wait as well.</summary>
    /// <returns>False if the journal does not take it now: its two files are full, or it is broken.</returns>
    /// <exception cref="PosixException">Nobody knows whether it is durable: it is to be refused.</exception>
    public bool TryCommit(JournalEntry entry)
    {
        _group.Join(entry);
        if (entry.Fault is { } fault)
            throw fault;
        return entry.Half is not null;
    }

    /// <summary>To be called once for each mail that was taken, when it has its name, or never will.</summary>
    public void Leave(JournalEntry entry)
    {
        if (entry.Half!.Leave())
            _sweep.Wake(isDue: false);
    }

    /// <summary>Makes all mails durable where they belong, leaves an empty journal, and closes it.</summary>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _timer.Dispose();
        return _sweep.StopAsync(cancellationToken);
    }

    /// <summary>Closes it as it is.</summary>
    public void Dispose()
    {
        _timer.Dispose();
        _sweep.End();
    }

    /// <summary>What can be emptied now; null if there is nothing, or if mails in it have no names yet.</summary>
    /// <param name="isDue">Whether the file in use is to be emptied as well; false afterwards if that has begun, or there was nothing in it.</param>
    internal JournalHalf? FindFull(ref bool isDue)
    {
        lock (_turn)
        {
            if (_fault is not null)
                return null;
            if (isDue && _full is null)
            {
                isDue = false;
                if (!_active.IsEmpty)
                    Switch();
            }

            return _full is { HasUnnamed: false } ? _full : null;
        }
    }

    /// <summary>Makes the mails of a file durable where they belong, and empties it.</summary>
    internal void Empty(JournalHalf full)
    {
        try
        {
            _disk.SyncMails();
            lock (_turn)
            {
                _spare = Begin(full.File);
                _full = null;
            }
        }
        catch (PosixException e)
        {
            lock (_turn)
                Break(e);
        }
    }

    /// <summary>Takes no mail any more, and lets go of the disk, which nobody works on by now.</summary>
    internal void Close()
    {
        lock (_turn)
        {
            _isClosed = true;
            _disk.Dispose();
        }
    }

    /// <summary>Makes mails durable as one batch, as many as there is room for.</summary>
    internal void Commit(List<JournalEntry> group)
    {
        lock (_turn)
        {
            if (_fault is not null || _isClosed)
                return;
            if (!HasRoom(group, group.Count, out _) && _spare is not null && !_active.IsEmpty)
            {
                Switch();
                _sweep.Wake(isDue: false);
            }

            var count = group.Count;
            int bodyLength;
            while (!HasRoom(group, count, out bodyLength))
                count--;
            if (count == 0)
                return;
            if (_active.IsEmpty)
                _timer.Change(MaxAge, Timeout.InfiniteTimeSpan);
            try
            {
                Write(group, count, bodyLength);
                _active.Enter(count);
                for (var i = 0; i < count; i++)
                    group[i].Half = _active;
            }
            catch (PosixException e)
            {
                Break(e);
                for (var i = 0; i < count; i++)
                    group[i].Fault = e;
            }
        }
    }

    private bool HasRoom(List<JournalEntry> group, int count, out int bodyLength)
    {
        bodyLength = 0;
        for (var i = 0; i < count; i++)
            bodyLength += group[i].Length;
        return _active.Position + BatchHeader.SpaceOf(bodyLength) <= _disk.Capacity || count == 0;
    }

    private void Write(List<JournalEntry> group, int count, int bodyLength)
    {
        _disk.Mark(++_batch);
        var bytes = _buffer.Take(BatchHeader.SpaceOf(bodyLength));
        var header = new BatchHeader(_active.Header.Key, _batch, count, bodyLength);
        header.Write(bytes);
        var rest = bytes[BatchHeader.Length..];
        for (var i = 0; i < count; i++)
        {
            group[i].CopyTo(rest, header.Mask);
            rest = rest[group[i].Length..];
        }

        // of no mail before
        rest.Clear();
        _disk.Write(_active.File, bytes, _active.Position);
        _disk.Sync(_active.File);
        _active.Position += bytes.Length;
    }

    private void Switch()
    {
        _active.Close();
        (_full, _active, _spare) = (_active, _spare!, null);
    }

    private JournalHalf Begin(int file)
    {
        Span<byte> key = stackalloc byte[sizeof(ulong)];
        RandomNumberGenerator.Fill(key);
        var header = new JournalHeader(++_order, BinaryPrimitives.ReadUInt64LittleEndian(key), _batch + 1, _disk.Marker);
        var block = _buffer.Take(BatchHeader.Block);
        block.Clear();
        header.Write(block);
        _disk.Write(file, block, 0);
        _disk.Sync(file);
        return new JournalHalf(file, header);
    }

    /// <summary>After a failure it is not known what is on the disk, and a second try would lie. What was acknowledged before stays in the files, for the next start.</summary>
    private void Break(PosixException fault)
    {
        if (_fault is not null)
            return;
        _fault = fault;
        JournalLog.Broken(_logger, fault.Message);
    }
}
