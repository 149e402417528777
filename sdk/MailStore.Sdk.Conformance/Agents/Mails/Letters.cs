using System.Text;

namespace MailStore.Sdk.Conformance;

/// <summary>The mails that the kit delivers.</summary>
internal static class Letters
{
    private const int HugeLength = 20 * 1024 * 1024;

    private const string Mime = """
        From: =?utf-8?q?J=C3=BCrgen?= <juergen@example.net>
        To: kit@example.org
        Subject: =?utf-8?b?R3LDvMOfZSBhdXMgTcO8bmNoZW4=?=
        Date: Thu, 1 Jan 2026 12:34:56 +0100
        Message-ID: <20260101123456.1@example.net>
        MIME-Version: 1.0
        Content-Type: multipart/mixed; boundary="=_b"

        This is a message with multiple parts in MIME format.
        --=_b
        Content-Type: text/plain; charset=utf-8
        Content-Transfer-Encoding: quoted-printable

        Gr=C3=BC=C3=9Fe,
        =20
        --=20
        J.

        --=_b
        Content-Type: message/rfc822

        From: inner@example.net
        Subject: a mail in a mail

        From the inside.

        --=_b
        Content-Type: application/octet-stream; name="a.bin"
        Content-Transfer-Encoding: base64

        AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEy
        --=_b--

        """;

    /// <summary>Those that formats are known to stumble over.</summary>
    public static IReadOnlyList<Letter> Peculiar { get; } =
    [
        Letter.Of("an empty mail", ""),
        Letter.Of("a mail without added headers", "Subject: plain\n\nbody\n") with { HasHeader = false },
        Letter.Of("a mail of no bytes at all", "") with { HasHeader = false },
        Letter.Of("a mail of headers only", "Subject: no empty line, no body\nX-Last: yes\n"),
        Letter.Of("a mail without headers", "\njust a body\n"),
        Letter.Of("a mail without a final newline", "Subject: cut\n\nthe last line has no end"),
        Letter.Of("a mail that ends in empty lines", "Subject: lines\n\nbody\n\n\n\n"),
        Letter.Of("a mail that begins with empty lines", "\n\n\nSubject: late\n\nbody\n"),
        Letter.Of("a mail with all bytes from 0 to 255", [.. "Subject: binary\n\n"u8, .. Enumerable.Range(0, 512).Select(i => (byte)i), (byte)'\n']),
        Letter.Of("a mail of NULs", "Subject: nul\n\n\0\0\0\nx\0y\n\0"),
        Letter.Of("a mail with bytes that are no UTF-8", "Subject: Gr\u00fc\u00dfe\nX-\u00e9: \u00ff\u00fe\n\n\u00c3\u0028 \u00ed\u00a0\u0080 \u0080\u00ff\n"),
        Letter.Of("a mail in UTF-8", Encoding.UTF8.GetBytes("Subject: Grüße 🐘\n\nПривет, 世界\n")),
        Letter.Of("a mail with a byte order mark", "\u00ef\u00bb\u00bfSubject: bom\n\n\u00ef\u00bb\u00bfbody\n"),
        Letter.Of("a mail with lines that start with dots", "Subject: dots\n\n.\n..\n...\n.text\n..text\n\n.\n"),
        Letter.Of("a mail with lines that look like an mbox", "Subject: from\n\nFrom sender@example.net Thu Jan  1 00:00:00 2026\n>From one\n>>From two\n>>>From three\n\nFrom \nFrom\n\nFrom x@y Thu Jan  1 00:00:00 2026\n"),
        Letter.Of("a mail that begins as an mbox does", "From sender@example.net Thu Jan  1 00:00:00 2026\nSubject: from\n\nbody\n") with { HasHeader = false },
        Letter.Of("a mail with bare carriage returns", "Subject: cr\n\na\rb\r\rc\r"),
        Letter.Of("a mail with CRs before its line ends", "Subject: crlf\r\n\r\na\r\nb\r\r\n\r\n"),
        Letter.Of("a mail with control characters", "Subject: ctl\n\n\u001a\u0004\u001b[2J\u0007\u000c\u000b\u0085\n"),
        Letter.Of("a mail with trailing spaces and tabs", "Subject: blanks \t\n\n \t \ntext   \n\t\n \n"),
        Letter.Of("a mail with a line of a megabyte", "Subject: long\n\n" + new string('x', 1024 * 1024) + "\nend\n"),
        Letter.Of("a mail of 10,000 short lines", "Subject: short\n\n" + string.Concat(Enumerable.Repeat("a\n", 10_000))),
        Letter.Of("a mail in MIME", Mime),
    ];

    /// <summary>An ordinary mail.</summary>
    public static Letter Plain(string what = "an ordinary mail") => Letter.Of(what, "From: sender@example.net\nSubject: hello\n\nworld\n");

    public static IEnumerable<Letter> Many(int count, string what = "an ordinary mail") =>
        Enumerable.Range(1, count).Select(i => Letter.Of($"{what} (no. {i} of {count})", $"Subject: {what} {i}\n\n{new string((char)('a' + (i % 26)), i % 700)}\n"));

    /// <summary>Bytes that no compression makes fewer.</summary>
    public static Letter OfSize(int length, int seed, string what)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return Letter.Of(what, bytes);
    }

    /// <summary>20 MB that are in no memory.</summary>
    public static Letter Huge() => new("a mail of 20 MB", OfSize(8191, 1, "").Pattern, HugeLength) { Form = ContentForm.Stream };

    /// <summary>A few hundred reads.</summary>
    public static Letter Piecemeal() => OfSize(20_000, 2, "a mail that comes in small pieces") with { Form = ContentForm.Stream, ChunkSize = 61 };

    /// <summary>Takes longer to read than anybody waits.</summary>
    public static Letter Slow() => OfSize(1024 * 1024, 3, "a mail that takes very long to read") with
    {
        Form = ContentForm.Stream, ChunkSize = 1, Pause = TimeSpan.FromMilliseconds(5),
    };
}
