using System.Buffers;
using System.Buffers.Binary;
using MailStore.Maildir.Interop;

namespace MailStore.Maildir.Journal;

/// <summary>A mail on its way into the journal. Made and awaited by one worker, written by another or the same one.</summary>
internal sealed class JournalEntry : IGroupMember
{
    // a worker waits for one mail at a time
    [ThreadStatic]
    private static Interop.Semaphore? _semaphore;

    private readonly byte[] _head;
    private readonly ReadOnlyMemory<byte> _first;
    private readonly ReadOnlySequence<byte> _rest;
    private readonly Interop.Semaphore _awake = _semaphore ??= new Interop.Semaphore();
    private readonly uint _checksum;
    private volatile bool _isLeader;

    /// <param name="record">What is known of the mail.</param>
    /// <param name="first">Its first bytes.</param>
    /// <param name="rest">The others; valid until the worker goes on.</param>
    public JournalEntry(MailRecord record, ReadOnlyMemory<byte> first, in ReadOnlySequence<byte> rest)
    {
        (_head, _first, _rest) = (record.Encode(), first, rest);
        Length = checked((int)(_head.Length + first.Length + rest.Length));
        _checksum = Checksum.Of(first.Span, Checksum.Of(_head.AsSpan(MailRecord.Prefix)));
        foreach (var segment in rest)
            _checksum = Checksum.Of(segment.Span, _checksum);
        BinaryPrimitives.WriteInt32LittleEndian(_head, Length - MailRecord.Prefix);
    }

    /// <summary>Of all of the record.</summary>
    public int Length { get; }

    /// <summary>Which file has it; null: the journal did not take it.</summary>
    public JournalHalf? Half { get; set; }

    /// <summary>Why nobody knows whether it is durable; null if it is, or was not taken.</summary>
    public PosixException? Fault { get; set; }

    /// <param name="mask">Of the batch.</param>
    public void CopyTo(Span<byte> target, uint mask)
    {
        _head.CopyTo(target);
        BinaryPrimitives.WriteUInt32LittleEndian(target[4..], _checksum ^ mask);
        _first.Span.CopyTo(target[_head.Length..]);
        _rest.CopyTo(target[(_head.Length + _first.Length)..]);
    }

    bool IGroupMember.AwaitTurn()
    {
        _awake.Wait();
        return _isLeader;
    }

    void IGroupMember.Lead()
    {
        _isLeader = true;
        _awake.Post();
    }

    void IGroupMember.Finish() => _awake.Post();
}
