using System.Buffers;

namespace MailStore.Sdk;

/// <summary>
/// One mail for one recipient: the envelope, the headers that the host puts before it (<see cref="Header"/>), and the content. Immutable, and thread-safe to read;
/// valid until the call of <see cref="IMailbox.DeliverAsync"/> or <see cref="IMailboxImport.ImportAsync"/> that it was handed to is complete. The mail to store is header and content together.
/// </summary>
public sealed class Mail
{
    /// <summary>The id of this delivery (one mail, one recipient): in the log, in the <c>Received</c> header, in the reply. Letters and digits.</summary>
    public required string DeliveryId { get; init; }

    /// <summary>The same for all recipients of one mail, another one for each mail: so that a module may store their content once.</summary>
    public required string TransactionId { get; init; }

    /// <summary>The envelope's sender as the MTA gave it, without angle brackets; empty for the null sender.</summary>
    public required string Sender { get; init; }

    /// <summary>The recipient as the MTA gave it, without angle brackets.</summary>
    public required string OriginalRecipient { get; init; }

    /// <summary>The user's name, as in his record.</summary>
    public required string User { get; init; }

    /// <summary>What followed the delimiter in the recipient's local part (<c>lists</c> of <c>alice+lists@example.org</c>), or null. From outside.</summary>
    public string? Detail { get; init; }

    /// <summary>
    /// The folder that the host asks for, levels separated by <c>.</c>; null for the inbox. From outside: a module that has no folders, or none that can have
    /// this name, stores the mail in the inbox.
    /// </summary>
    public string? Folder { get; init; }

    /// <summary>The flags that the mail has had elsewhere, where it is imported (<see cref="IMailboxImport"/>). A mail that is delivered has none.</summary>
    public MailFlags Flags { get; init; }

    /// <summary>When the mail arrived at the host, or, where it is imported, at the place that it comes from.</summary>
    public required DateTimeOffset Arrival { get; init; }

    /// <summary>The headers that the host puts before the content (<c>Return-Path</c>, <c>Delivered-To</c>, <c>X-Original-To</c>, <c>Received</c>), lines ended by LF; may be empty.</summary>
    public required ReadOnlyMemory<byte> Header { get; init; }

    /// <summary>The mail as the MTA handed it over; shared by all its recipients.</summary>
    public required MailContent Content { get; init; }

    /// <summary>The exact number of bytes to store, header and content, lines ended by LF.</summary>
    public long Size => Header.Length + Content.Length;

    /// <summary>The exact number of bytes, header and content, lines ended by CR LF. The content of a binary mail counts as it is.</summary>
    public long SizeCrLf => Size + (IsBinary ? 0 : Content.LineFeeds) + Header.Span.Count((byte)'\n');

    /// <summary>Whether the content is stored and read back to the byte as it came: see <see cref="MailContent.IsBinary"/>.</summary>
    public bool IsBinary => Content.IsBinary;

    /// <summary>Opens header and content as one stream, from the start. May be called many times. Read-only, not seekable; the caller disposes it.</summary>
    /// <param name="lineEnding">How lines are to end; <see cref="Size"/> or <see cref="SizeCrLf"/> is then the length. The content of a binary mail comes as it is.</param>
    public Stream OpenRead(LineEnding lineEnding = LineEnding.Lf)
    {
        var header = new SequenceStream(new ReadOnlySequence<byte>(Header));
        if (lineEnding == LineEnding.Lf)
            return new ConcatenatedStream(header, Content.OpenRead());
        return IsBinary
            ? new ConcatenatedStream(new CrLfStream(header), Content.OpenRead())
            : new CrLfStream(new ConcatenatedStream(header, Content.OpenRead()));
    }

    /// <summary>Gives the content (without the header) without a copy where it is in memory: for a gathered write of header and content.</summary>
    /// <param name="content">Lines ended by LF; valid for as long as the mail is.</param>
    /// <returns>Whether it is in memory; if not, <see cref="OpenRead"/> reads it from a file.</returns>
    public bool TryGetContent(out ReadOnlySequence<byte> content) => Content.TryGetSequence(out content);
}
