using System.Buffers;
using System.Globalization;
using System.Text;
using MailStore.Host.Delivery;
using MailStore.Tests;

namespace MailStore.Benchmarks.Parts;

/// <summary>A mail on the wire: of the real mails the one whose size is nearest, where they are there; else, or as one with an attachment, a generated one.</summary>
public sealed class SampleMail
{
    /// <summary>What Kestrel reads at a time.</summary>
    private const int PieceSize = 4096;

    private const int Small = 4096, Large = 65536;

    private const string Head =
        "Received: from relay.example.net (relay.example.net [192.0.2.7])\r\n\tby mx.example.test (Postfix) with ESMTPS id 4X0123456789\r\n"
        + "\tfor <user@example.test>; Wed, 01 Jul 2026 12:00:00 +0000 (UTC)\r\nFrom: Sender <sender@example.net>\r\nTo: <user@example.test>\r\nSubject: sample\r\n\r\n";

    private readonly string _name;

    private SampleMail(string text, string origin)
    {
        _name = string.Create(CultureInfo.InvariantCulture, $"{text.Length / 1024} KB {origin}");
        var lines = text.ReplaceLineEndings("\r\n");
        Chunk = Cut(Encoding.Latin1.GetBytes(lines));
        var stuffed = lines.Replace("\r\n.", "\r\n..", StringComparison.Ordinal);
        Data = Cut(Encoding.Latin1.GetBytes((stuffed.StartsWith('.') ? "." : "") + stuffed + (stuffed.EndsWith('\n') ? "" : "\r\n") + ".\r\n"));
        Content = Encoding.Latin1.GetBytes(text.ReplaceLineEndings("\n"));
    }

    /// <summary>The small one first. The lines of a generated one are short, as those of an attachment; a large real one without one may have few.</summary>
    public static IEnumerable<SampleMail> All =>
        RepositoryRoot.RealMails is { } folder ? [Nearest(folder, Small), Nearest(folder, Large), Generate(Large)] : [Generate(Small), Generate(Large)];

    /// <summary>As DATA brings it: with stuffed dots and the end, in pieces.</summary>
    internal ReadOnlySequence<byte> Data { get; }

    /// <summary>As BDAT brings it, in pieces.</summary>
    internal ReadOnlySequence<byte> Chunk { get; }

    /// <summary>As it is kept: with LF.</summary>
    internal byte[] Content { get; }

    public override string ToString() => _name;

    private static SampleMail Generate(int size) =>
        new(Head + string.Concat(Enumerable.Repeat(new string('x', 76) + "\r\n", (size - Head.Length + 77) / 78)), "generated");

    private static SampleMail Nearest(string folder, int size)
    {
        var file = new DirectoryInfo(folder).EnumerateFiles("*.eml").MinBy(mail => Math.Abs(mail.Length - size))!;
        return new SampleMail(File.ReadAllText(file.FullName, Encoding.Latin1), "real");
    }

    private static ReadOnlySequence<byte> Cut(byte[] bytes)
    {
        var pieces = bytes.Chunk(PieceSize).ToList();
        var first = new BufferSegment(pieces[0], null);
        var last = pieces.Skip(1).Aggregate(first, (previous, piece) => new BufferSegment(piece, previous));
        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }
}
