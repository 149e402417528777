using System.Text;
using CsCheck;
using MailStore.Host.Lmtp;

namespace MailStore.Host.Tests.Lmtp;

public sealed class XtextTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("a+2Bb+3Dc", "a+b=c")]
    [InlineData("a+20b", "a b")]
    [InlineData("+c3+bc", "ü")]
    [InlineData("ü", "ü")]
    public void It_is_decoded(string text, string value)
    {
        Assert.True(Xtext.TryDecode(Encoding.UTF8.GetBytes(text), out var decoded));
        Assert.Equal(value, decoded);
    }

    [Theory]
    [InlineData("a=b")]
    [InlineData("a b")]
    [InlineData("a+")]
    [InlineData("a+2")]
    [InlineData("a+2X")]
    [InlineData("a+ 2")]
    [InlineData("a+0A")]
    [InlineData("a+7F")]
    [InlineData("a\t")]
    [InlineData("+FF")]
    [InlineData("+C2+85")]
    [InlineData("a\u009b")]
    public void What_is_no_xtext_or_not_printable_is_refused(string text) => Assert.False(Xtext.TryDecode(Encoding.UTF8.GetBytes(text), out _));

    [Fact]
    public void Every_printable_text_comes_back() =>
        Gen.OneOf(Gen.Char[' ', '~'], Gen.Char['\u00A1', '\uD7FF']).Array[0, 60].Select(chars => new string(chars)).Sample(value =>
        {
            Assert.True(Xtext.TryDecode(Encoding.UTF8.GetBytes(Encode(value)), out var decoded));
            Assert.Equal(value, decoded);
        });

    [Fact]
    public void No_bytes_make_it_throw_or_let_a_control_character_through() =>
        Gen.OneOf(Gen.Byte, Gen.OneOfConst("+0123456789ABCDEF"u8.ToArray())).Array[0, 40].Sample(
            bytes =>
            {
                if (Xtext.TryDecode(bytes, out var value))
                    Assert.DoesNotContain(value, char.IsControl);
            },
            iter: 50_000);

    private static string Encode(string value) =>
        string.Concat(value.Select(c => c is > ' ' and <= '~' and not '+' and not '=' || c > '~' ? c.ToString() : $"+{(int)c:X2}"));
}
