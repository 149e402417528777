using System.Text;
using CsCheck;
using MailStore.Host.Lmtp;

namespace MailStore.Host.Tests.Lmtp;

public sealed class PathParserTests
{
    private static readonly Gen<string> LocalPart = Gen.OneOf(
        Gen.String[Gen.Char["abcXYZ019!#$%&'*+-/=?^_`{|}~.éß猫"], 1, 20],
        Gen.String[Gen.OneOf(Gen.Char["abc <>@,:.[]é"], Gen.Char[' ', '~']), 0, 20].Select(Quote));

    private static readonly Gen<string> Domain = Gen.OneOf(
        Gen.String[Gen.Char["abc-.019é"], 1, 20],
        Gen.OneOfConst("[127.0.0.1]", "[IPv6:::1]", "[x:a@b]"));

    [Theory]
    [InlineData("<>", "")]
    [InlineData("<alice@example.org>", "alice@example.org")]
    [InlineData("<postmaster>", "postmaster")]
    [InlineData("<\"john doe\"@example.org>", "\"john doe\"@example.org")]
    [InlineData("<\"a>b\"@example.org>", "\"a>b\"@example.org")]
    [InlineData("<\"a\\\">b\"@example.org>", "\"a\\\">b\"@example.org")]
    [InlineData("<@a,@b.example:user@dom>", "user@dom")]
    [InlineData("<@[IPv6:::1]:user@dom>", "user@dom")]
    [InlineData("<@a:\"@b:c\"@dom>", "\"@b:c\"@dom")]
    [InlineData("<user@[IPv6:2001:db8::1]>", "user@[IPv6:2001:db8::1]")]
    [InlineData("<..two..dots..@example.org>", "..two..dots..@example.org")]
    [InlineData("<jürgen@bücher.example>", "jürgen@bücher.example")]
    [InlineData("alice@example.org", "alice@example.org")]
    [InlineData("\"john doe\"@example.org", "\"john doe\"@example.org")]
    public void A_path_is_understood(string text, string expected)
    {
        foreach (var tail in new[] { "", " SIZE=1" })
        {
            Assert.True(TryParse(text + tail, out var address, out var length));
            Assert.Equal(expected, address);
            Assert.Equal(Encoding.UTF8.GetByteCount(text), length);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("<")]
    [InlineData("<alice@example.org")]
    [InlineData("alice@example.org>")]
    [InlineData("<<alice@example.org>>")]
    [InlineData("<alice@example.org>SIZE=1")]
    [InlineData("<\"alice@example.org>")]
    [InlineData("\"alice@example.org")]
    [InlineData("<@a,@b>")]
    [InlineData("<@a:>")]
    [InlineData("<@a:@b:c@d>")]
    [InlineData("<alice\r@example.org>")]
    [InlineData("<\"alice\n\"@example.org>")]
    [InlineData("<alice\0@example.org>")]
    [InlineData("<alice\x7F@example.org>")]
    public void What_is_no_path_is_refused(string text) => Assert.False(TryParse(text, out _, out _));

    [Fact]
    public void Every_address_comes_back_as_it_was_written() =>
        Gen.Select(LocalPart, Domain, Gen.OneOfConst("", "@relay.example:", "@a,@[IPv6:::1]:"), Gen.OneOfConst("", " BODY=7BIT")).Sample((local, domain, route, tail) =>
        {
            var mailbox = $"{local}@{domain}";
            Assert.True(TryParse($"<{route}{mailbox}>{tail}", out var address, out var length));
            Assert.Equal(mailbox, address);
            Assert.Equal(tail.Length, Encoding.UTF8.GetByteCount($"<{route}{mailbox}>{tail}") - length);
        });

    [Fact]
    public void What_it_returns_is_safe_for_a_header_and_parses_to_itself() =>
        Gen.OneOf(Gen.Byte, Gen.OneOfConst("<>@:,\"\\[] \r\n\0ab"u8.ToArray())).Array[0, 40].Sample(
            bytes =>
            {
                // no input makes it throw
                if (!PathParser.TryParse(bytes, out var address, out var length) || address.Length == 0)
                    return;
                Assert.InRange(length, 1, bytes.Length);
                Assert.DoesNotContain(address, c => c is < ' ' or '\x7F');
                Assert.True(TryParse($"<{address}>", out var again, out _));
                Assert.Equal(address, again);
            },
            iter: 100_000);

    private static bool TryParse(string text, out string address, out int length) =>
        PathParser.TryParse(Encoding.UTF8.GetBytes(text), out address, out length);

    private static string Quote(string text) =>
        $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
