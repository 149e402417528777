using System.Globalization;
using System.Text;

namespace MailStore.Sdk.Conformance;

/// <summary>
/// A mail as it is to be delivered and read back: a pattern, repeated up to a length, so that a huge one takes no memory. Immutable; what a module
/// is handed is a <see cref="Posting"/>.
/// </summary>
/// <param name="What">For messages: <c>a mail without a final newline</c>.</param>
/// <param name="Pattern">What its content repeats.</param>
/// <param name="Length">Of the content.</param>
internal sealed record Letter(string What, byte[] Pattern, long Length)
{
    /// <summary>Begins the id of every letter, so that one is known again that is where it must not be.</summary>
    public const string IdPrefix = "Cnf";

    public string Id { get; private init; } = NewId();

    /// <summary>Where several letters are one mail for several users; else each is a mail of its own.</summary>
    public string? TransactionId { get; init; }

    public ContentForm Form { get; init; }

    /// <summary>Whether the host puts headers before it.</summary>
    public bool HasHeader { get; init; } = true;

    public string? Folder { get; init; }

    public string? Detail { get; init; }

    /// <summary>With which it is imported.</summary>
    public MailFlags Flags { get; init; }

    public DateTimeOffset Arrival { get; init; } = DateTimeOffset.UtcNow;

    /// <summary>Of a stream: at most so many bytes a read.</summary>
    public int? ChunkSize { get; init; }

    /// <summary>Of a stream: reading on after so many bytes throws, as of a spool file that is lost.</summary>
    public long? BreakAfter { get; init; }

    /// <summary>Of a stream: it ends after so many bytes, as a spool file that was cut.</summary>
    public long? EndAfter { get; init; }

    /// <summary>Of a stream: how long each read takes.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>Of a stream: called before each read, with its number from 1.</summary>
    public Action<int>? OnRead { get; init; }

    /// <summary>With header and content.</summary>
    public long Size => Header.Length + Length;

    public byte[] Header => HasHeader
        ? Encoding.ASCII.GetBytes($"Return-Path: <sender@example.net>\nX-Original-To: <kit@example.org>\nReceived: by the conformance kit with LMTP id {Id};\n\tThu, 1 Jan 2026 00:00:00 +0000\n")
        : [];

    public static Letter Of(string what, byte[] content) => new(what, content, content.Length);

    /// <summary>A letter of Latin-1: each character is one byte.</summary>
    public static Letter Of(string what, string content) => Of(what, Encoding.Latin1.GetBytes(content));

    /// <summary>The same bytes once more, but for the id in the header.</summary>
    public Letter Again() => this with { Id = NewId() };

    public Letter As(ContentForm form) => this with { Id = NewId(), Form = form };

    /// <summary>What is to be read back.</summary>
    public byte[] ToContent()
    {
        var content = new byte[Length];
        using var stream = new PatternStream(Pattern, Length);
        stream.ReadExactly(content);
        return content;
    }

    private static string NewId() => string.Create(CultureInfo.InvariantCulture, $"{IdPrefix}{Guid.CreateVersion7():n}");
}
