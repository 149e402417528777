using System.Buffers;

namespace MailStore.Sdk;

/// <summary>
/// The bytes of a mail as the MTA handed it over, shared by all its recipients: lines ended by LF, dots unstuffed, else unchanged. A bare LF
/// of the sender counts as an end of line; a bare CR, NULs and 8-bit bytes stay as they came. A binary mail (<see cref="IsBinary"/>) stays as it
/// came to the byte. Read-only and thread-safe.
/// </summary>
/// <remarks>Derived by the host (pooled memory, a file) and by tests. Authors of modules read it through <see cref="Mail"/>.</remarks>
public abstract class MailContent
{
    /// <summary>The number of bytes.</summary>
    public abstract long Length { get; }

    /// <summary>The number of LF bytes; <see cref="Length"/> plus this is the size with CR LF, but for a binary mail.</summary>
    public abstract long LineFeeds { get; }

    /// <summary>
    /// Whether the client declared the mail as binary (<c>BODY=BINARYMIME</c>, RFC 3030): its lines end as they came, most often by CR LF, and a LF may be
    /// part of a picture. Nobody puts a CR before it.
    /// </summary>
    public virtual bool IsBinary => false;

    /// <summary>Opens the content for reading from its start. May be called many times, also while other streams are open. The caller disposes it.</summary>
    public abstract Stream OpenRead();

    /// <summary>Gives the content without a copy, where it is in memory.</summary>
    /// <param name="content">The content; valid for as long as the mail is.</param>
    /// <returns>Whether it is in memory.</returns>
    public virtual bool TryGetSequence(out ReadOnlySequence<byte> content)
    {
        content = default;
        return false;
    }

    /// <summary>Makes content of bytes in memory. For tests and small tools.</summary>
    /// <param name="content">Lines ended by LF; not copied, and must not change any more.</param>
    public static MailContent FromMemory(ReadOnlyMemory<byte> content) => new MemoryContent(content);

    private sealed class MemoryContent(ReadOnlyMemory<byte> content) : MailContent
    {
        private readonly ReadOnlySequence<byte> _content = new(content);

        public override long Length => _content.Length;

        public override long LineFeeds { get; } = content.Span.Count((byte)'\n');

        public override Stream OpenRead() => new SequenceStream(_content);

        public override bool TryGetSequence(out ReadOnlySequence<byte> content)
        {
            content = _content;
            return true;
        }
    }
}
