using System.Buffers.Binary;
using MailStore.Maildir.Interop;

namespace MailStore.Maildir.Journal;

/// <summary>Reads one file of a journal: its header, then batch after batch, up to the first that is not whole. That one was never acknowledged, nor any behind it.</summary>
internal sealed class JournalReader
{
    private readonly IJournalDisk _disk;
    private readonly int _file;

    public JournalReader(IJournalDisk disk, int file)
    {
        (_disk, _file) = (disk, file);
        Span<byte> block = stackalloc byte[BatchHeader.Block];
        Header = JournalHeader.Read(block[..disk.Read(file, block, 0)]);
    }

    /// <summary>Null where the file holds nothing.</summary>
    public JournalHeader? Header { get; }

    /// <summary>The number of the last whole batch that was read.</summary>
    public long LastBatch { get; private set; }

    /// <summary>Reads all records of whole batches.</summary>
    public IEnumerable<FoundMail> Read()
    {
        if (Header is null)
            yield break;
        LastBatch = Header.FirstBatch - 1;
        for (long position = BatchHeader.Block; ReadBatch(position) is var (header, mails); position += BatchHeader.SpaceOf(header.BodyLength))
        {
            LastBatch = header.Number;
            foreach (var mail in mails)
                yield return mail;
        }
    }

    /// <summary>Reads the contents of a mail again.</summary>
    public byte[] ReadContent(FoundMail mail)
    {
        var content = new byte[mail.Length];
        return _disk.Read(_file, content, mail.Position) == content.Length
            ? content
            : throw new PosixException("read", $"the mail {mail.Record.Name} in the journal", Errno.InputOutput);
    }

    private (BatchHeader Header, List<FoundMail> Mails)? ReadBatch(long position)
    {
        Span<byte> head = stackalloc byte[BatchHeader.Length];
        if (BatchHeader.Read(head[.._disk.Read(_file, head, position)]) is not { } header
            || header.Key != Header!.Key || header.Number <= LastBatch || header.BodyLength < 0 || header.BodyLength > _disk.Capacity - position - BatchHeader.Length)
            return null;
        var body = new byte[header.BodyLength];
        if (_disk.Read(_file, body, position + BatchHeader.Length) < body.Length)
            return null;
        var mails = new List<FoundMail>();
        var mask = header.Mask;
        var at = 0;
        for (var i = 0; i < header.Count; i++)
        {
            var rest = body.AsSpan(at);
            if (rest.Length < MailRecord.Prefix || BinaryPrimitives.ReadInt32LittleEndian(rest) is var length && (length < 0 || length > rest.Length - MailRecord.Prefix))
                return null;
            var record = rest.Slice(MailRecord.Prefix, length);
            if (BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]) != (Checksum.Of(record) ^ mask) || MailRecord.Decode(record, out var start) is not { } mail)
                return null;
            mails.Add(new FoundMail(mail, header.Number, this, position + BatchHeader.Length + at + MailRecord.Prefix + start, length - start));
            at += MailRecord.Prefix + length;
        }

        return at == body.Length ? (header, mails) : null;
    }
}
