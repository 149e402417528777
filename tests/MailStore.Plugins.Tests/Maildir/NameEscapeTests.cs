using CsCheck;
using MailStore.Maildir.Paths;
using MailStore.Maildir;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Maildir;

public sealed class NameEscapeTests
{
    private static readonly string[] Pieces =
    [
        ".", "..", "/", "\0", "\n", "~", "~1", "%", "%2E", "%_", "%-", "%h", "%u", "%uD800", "@", "@@", "a", "A", "alice", "example.org", "-", "+", "_", ":", " ",
        "\u00e9", "e\u0301", "\u0130", "\ud800", "\udc00", "\ud83d\ude00", "\uffff", "{local}", "{domain}", "cur", "new", "tmp", ".mailstore-new-", "\\", "$(x)",
        new('x', 199), new('x', 200), new('x', 201), new('\u00fc', 100),
    ];

    private static readonly Gen<string> Name = Gen.OneOf(Gen.OneOfConst(Pieces), Gen.String[0, 6], Gen.Char.Select(c => c.ToString()))
        .Array[1, 6].Select(string.Concat);

    private static readonly PathTemplate[] Templates =
    [.. new[] { "mail/{domain}/{local}", "mail/{user}", "mail/{hash:2}/{local}@{domain}", "mail/{domain}={local}/Maildir" }
        .Select(text => PathTemplate.Parse(text, new ModuleContext("maildir", "/data")))];

    [Theory]
    [InlineData("alice@example.org", "/data/mail/example.org/alice")]
    [InlineData("..@example.org", "/data/mail/example.org/%2E.")]
    [InlineData("a/../b@example.org", "/data/mail/example.org/a%2F..%2Fb")]
    [InlineData("alice~2@example.org", "/data/mail/example.org/alice%7E2")]
    [InlineData("bob", "/data/mail/%-/bob")]
    [InlineData("bob@", "/data/mail/%_/bob")]
    [InlineData("m\u00fcller@example.org", "/data/mail/example.org/m%C3%BCller")]
    [InlineData("Alice@example.org", "/data/mail/example.org/Alice")]
    public void A_name_becomes_a_path(string name, string path) => Assert.Equal(path, Templates[0].Expand(User(name)));

    [Fact]
    public void Two_names_never_get_the_same_path_not_even_in_other_letter_forms() =>
        Gen.Select(Name, Name).Sample(
            (one, other) =>
            {
                foreach (var template in Templates)
                    Assert.Equal(one == other, template.Expand(User(one)) == template.Expand(User(other)));
            },
            iter: 20_000);

    [Fact]
    public void Names_that_differ_in_one_character_only_get_different_paths() =>
        Gen.Select(Name, Name, Gen.OneOfConst(Pieces), Gen.OneOfConst(Pieces)).Sample(
            (head, tail, one, other) =>
            {
                foreach (var template in Templates)
                    Assert.Equal(one == other, template.Expand(User(head + one + tail)) == template.Expand(User(head + other + tail)));
            },
            iter: 20_000);

    [Fact]
    public void No_name_leaves_the_root_or_is_hidden_or_is_longer_than_a_file_system_takes() =>
        Name.Sample(
            name =>
            {
                foreach (var template in Templates)
                {
                    var path = template.Expand(User(name));
                    Assert.StartsWith("/data/mail/", path, StringComparison.Ordinal);
                    Assert.Equal(path, Path.GetFullPath(path));
                    var segments = path["/data/mail/".Length..].Split('/');
                    Assert.Equal(template.Text.Count(c => c == '/'), segments.Length);
                    Assert.All(segments, segment =>
                    {
                        Assert.InRange(segment.Length, 1, NameEscape.MaxLength);
                        Assert.DoesNotContain('~', segment);
                        Assert.False(segment.StartsWith('.'));
                        Assert.All(segment, c => Assert.InRange(c, '!', '~'));
                    });
                }
            },
            iter: 5_000);

    private static EffectiveUser User(string name) => new(new UserRecord { Name = name }, new MaildirOptions());
}
