using CsCheck;
using MailStore.Host.Delivery;
using MailStore.Host.Tests.Configuration;

namespace MailStore.Host.Tests.Delivery;

public sealed class UserAddressTests
{
    /// <summary>Characters of which nearly every sequence is a trap.</summary>
    private static readonly Gen<string> Traps =
        Gen.OneOf(
            Gen.OneOfConst("@", "\"", "\\", "+", ".", "-", " ", "<", ">", "/", "..", "=", "\0", "\r", "\n", "\t", "\x7f", "\x85"),
            Gen.OneOfConst("a", "B", "xn--", "xn--bcher-kva", "é", "É", "ß", "İ", "ſ", "\u212a", "\U0001F4EC", "\ud83d", "\udcec", "\u2028", new string('x', 80)))
        .Array[0, 12].Select(string.Concat);

    /// <summary>Anything that may stand in a local part once the quotes are off.</summary>
    private static readonly Gen<string> Locals =
        Gen.Frequency((3, Gen.Char['!', '~']), (1, Gen.OneOfConst(' ', '"', '\\', '+', 'é', 'Ω'))).Array[1, 20].Select(string.Concat);

    [Fact]
    public void Whatever_comes_is_parsed_or_told_and_never_thrown() =>
        Gen.Select(Traps, Gen.OneOfConst("", "+", "+-", "@", "\""), Gen.Bool).Sample(
            (address, delimiters, caseSensitive) =>
            {
                var parsed = UserAddress.Parse(address, delimiters, caseSensitive, out var error);
                Assert.Equal(parsed is null, error.Length > 0);
                if (parsed is not { } target)
                    return;
                Assert.InRange(target.User.Length, 1, UserAddress.MaxLength);
                Assert.NotEqual(0, target.User.LastIndexOf('@'));
                Assert.DoesNotContain(target.User + target.Detail, c => c is < ' ' or '\x7f');
                var domain = address.Contains('@', StringComparison.Ordinal) ? target.User[(target.User.LastIndexOf('@') + 1)..] : "";
                Assert.Equal(domain.ToLowerInvariant(), domain);
                Assert.False(domain.EndsWith('.'));
            },
            iter: Long.Times(20_000));

    [Fact]
    public void A_quoted_local_part_and_the_same_one_unquoted_are_one_user() =>
        Gen.Select(Locals.Where(local => local[0] != '"'), Gen.Bool).Sample(
            (local, caseSensitive) =>
            {
                var quoted = $"\"{local.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"@example.org";
                Assert.Equal(Parse($"{local}@example.org", "+", caseSensitive), Parse(quoted, "+", caseSensitive));
            },
            iter: Long.Times(5_000));

    [Fact]
    public void A_name_that_was_normalised_stays_as_it_is() =>
        Gen.Select(Locals.Where(local => local[0] != '"'), Gen.OneOfConst("", "+", "+-"), Gen.Bool).Sample(
            (local, delimiters, caseSensitive) =>
            {
                var name = Parse($"{local}@Example.ORG.", delimiters, caseSensitive)!.Value.User;
                Assert.Equal(new UserAddress(name, null), Parse(name, delimiters, caseSensitive));
            },
            iter: Long.Times(5_000));

    [Theory]
    [InlineData("alice@example.org", "alice@example.org", null)]
    [InlineData("Alice@Example.ORG", "alice@example.org", null)]
    [InlineData("alice@example.org.", "alice@example.org", null)]
    [InlineData("alice+Lists@example.org", "alice@example.org", "Lists")]
    [InlineData("alice+a+b@example.org", "alice@example.org", "a+b")]
    [InlineData("alice+@example.org", "alice@example.org", "")]
    [InlineData("+alice@example.org", "+alice@example.org", null)]
    [InlineData("++@example.org", "+@example.org", "")]
    [InlineData("\"alice+lists\"@example.org", "alice@example.org", "lists")]
    [InlineData("\"John Doe\"@example.org", "john doe@example.org", null)]
    [InlineData("\"a@b\"@example.org", "a@b@example.org", null)]
    [InlineData("\"a\\\"b\"@example.org", "a\"b@example.org", null)]
    [InlineData("\"\\a\"@example.org", "a@example.org", null)]
    [InlineData("\"@example.org", "\"@example.org", null)]
    [InlineData("postmaster", "postmaster", null)]
    [InlineData("Postmaster+x", "postmaster", "x")]
    [InlineData("alice@[192.0.2.1]", "alice@[192.0.2.1]", null)]
    [InlineData("ÄRGER@BÜCHER.example", "ärger@bücher.example", null)]
    [InlineData("a@xn--BCHER-kva.Example", "a@bücher.example", null)]
    [InlineData("a@mail.xn--bcher-kva.example.", "a@mail.bücher.example", null)]
    [InlineData("a@xn--.example", "a@xn--.example", null)]
    [InlineData("a@xn--zzzzzz99999.example", "a@xn--zzzzzz99999.example", null)]
    [InlineData("a@[IPv6:2001:DB8::1]", "a@[ipv6:2001:db8::1]", null)]
    [InlineData("..@example.org", "..@example.org", null)]
    [InlineData("../../etc/passwd@example.org", "../../etc/passwd@example.org", null)]
    [InlineData("a@../..", "a@../", null)]
    public void An_address_is_taken_apart(string address, string user, string? detail) =>
        Assert.Equal(new UserAddress(user, detail), Parse(address, "+"));

    [Theory]
    [InlineData("", "the local part is empty")]
    [InlineData("@", "the local part is empty")]
    [InlineData("@example.org", "the local part is empty")]
    [InlineData("\"\"@example.org", "the local part is empty")]
    [InlineData("alice@", "the domain is empty")]
    [InlineData("alice@...", "the domain is empty")]
    [InlineData("al\0ice@example.org", "it has control characters")]
    [InlineData("alice\r\n@example.org", "it has control characters")]
    [InlineData("alice@example.org\n", "it has control characters")]
    [InlineData("\"a\\\tb\"@example.org", "it has control characters")]
    [InlineData("alice\x7f@example.org", "it has control characters")]
    public void What_is_no_address_is_told(string address, string mistake)
    {
        Assert.Null(UserAddress.Parse(address, "+", false, out var error));
        Assert.Equal(mistake, error);
    }

    [Fact]
    public void The_longest_address_is_taken_and_one_character_more_is_not()
    {
        var longest = new string('a', UserAddress.MaxLength - "@example.org".Length) + "@example.org";
        Assert.Equal(longest, Parse(longest, "+")!.Value.User);
        Assert.Null(UserAddress.Parse("a" + longest, "+", false, out var error));
        Assert.Equal("it is longer than 320 characters", error);
    }

    [Fact]
    public void Letter_case_of_the_local_part_counts_only_if_configured()
    {
        Assert.Equal("Alice@example.org", Parse("Alice@Example.org", "+", caseSensitive: true)!.Value.User);
        Assert.Equal("alice@example.org", Parse("Alice@Example.org", "+", caseSensitive: false)!.Value.User);
    }

    [Fact]
    public void Each_character_of_the_delimiters_splits_and_none_does_if_there_is_none()
    {
        Assert.Equal(new UserAddress("a@x.org", "b+c"), Parse("a-b+c@x.org", "+-"));
        Assert.Equal(new UserAddress("a-b+c@x.org", null), Parse("a-b+c@x.org", ""));
    }

    private static UserAddress? Parse(string address, string delimiters, bool caseSensitive = false) =>
        UserAddress.Parse(address, delimiters, caseSensitive, out _);
}
