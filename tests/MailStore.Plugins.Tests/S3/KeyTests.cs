using System.Numerics;
using CsCheck;
using MailStore.S3.Keys;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.S3;

public sealed class KeyTests
{
    [Fact]
    public void Escaped_names_are_plain_and_are_read_back() => Gen.String.Sample(name =>
    {
        var escaped = KeyEscape.Escape(name);
        Assert.All(escaped, c => Assert.True(char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '='));
        Assert.False(escaped.StartsWith('.'));
        if (name.Length > 0 && !name.Any(char.IsSurrogate))
            Assert.Equal(name, KeyEscape.Unescape(escaped));
    });

    [Fact]
    public void Two_users_never_share_a_place() => Gen.Select(Gen.String, Gen.String).Where((one, other) => one != other).Sample((one, other) =>
    {
        foreach (var template in (string[])["mail/{domain}/{local}", "{hash:2}/{user}", "x", "{local}@{domain}"])
            Assert.NotEqual(Expand(template, one), Expand(template, other));
    });

    [Theory]
    [InlineData("mail/{domain}/{local}", "alice@example.org", "mail/example.org/alice/7/")]
    [InlineData("{user}", "a/b@c", "a=2Fb@c/7/")]
    [InlineData("m/{user}", "../x", "m/=2E.=2Fx/7/")]
    [InlineData("mail/{domain}/{local}", "root", "mail/=-/root/7/")]
    public void A_place_is_made_of_the_template_and_the_version(string template, string user, string place) => Assert.Equal(place, Expand(template, user));

    [Theory]
    [InlineData("")]
    [InlineData("/mail/{user}")]
    [InlineData("mail/{user}/")]
    [InlineData("mail//{user}")]
    [InlineData("mail/{usr}")]
    [InlineData("mail/{hash:17}/{user}")]
    [InlineData("mail/{local}-{domain}")]
    [InlineData("../{user}")]
    [InlineData("mail/a b/{user}")]
    public void A_template_with_a_mistake_is_refused(string template) => Assert.Throws<ModuleConfigurationException>(() => PrefixTemplate.Parse(template));

    [Fact]
    public void A_key_is_read_back_and_sorts_by_arrival()
    {
        var mail = S3World.Mail(folder: "Lists.Grüße");
        var key = MailKey.New(mail, mail.Folder);
        Assert.Equal(key, MailKey.Parse(key.ToString()));
        var later = key with { Arrival = key.Arrival.AddMicroseconds(1) };
        Assert.True(string.CompareOrdinal(key.ToString(), later.ToString()) < 0);
    }

    [Fact]
    public void Keys_of_imported_mails_are_of_the_same_form_and_sort_by_the_order_of_the_import()
    {
        var mail = S3World.Mail(folder: "Lists");
        var now = DateTimeOffset.UtcNow;
        var keys = Enumerable.Range(0, 5000).Select(_ => MailKey.ForImport(mail, ImportOrder.Next(now)).ToString()).ToList();
        Assert.Equal(keys, keys.Order(StringComparer.Ordinal));
        Assert.Equal(keys.Count, keys.Distinct().Count());
        Assert.All(keys, key => Assert.Equal(key, MailKey.Parse(key)?.ToString()));
        // of another process, an instant later
        Assert.True(string.CompareOrdinal(keys[0], MailKey.ForImport(mail, now.AddSeconds(1).UtcTicks / TimeSpan.TicksPerMicrosecond).ToString()) < 0);
    }

    [Fact]
    public void The_object_with_the_flags_tells_them_by_its_size_and_to_people()
    {
        for (var flags = MailFlags.None + 1; flags <= MailboxFidelity.Full.Flags; flags++)
        {
            var content = FlagsKey.Content(flags);
            Assert.Equal(flags, FlagsKey.Read("INBOX/x.eml", "INBOX/x.eml.flags", content.Length));
            Assert.Equal(BitOperations.PopCount((uint)flags), content.TrimEnd().Length);
        }

        Assert.Equal("FS", FlagsKey.Content(MailFlags.Flagged | MailFlags.Seen).TrimEnd());
        Assert.Null(FlagsKey.Read("INBOX/x.eml", "INBOX/y.eml.flags", 1));
        Assert.Null(FlagsKey.Read("INBOX/x.eml", "INBOX/x.eml.flagz", 1));
        Assert.Null(FlagsKey.Read("INBOX/x.eml", "INBOX/x.eml", 1));
    }

    [Theory]
    [InlineData("")]
    [InlineData("INBOX/")]
    [InlineData("INBOX/../x")]
    [InlineData("/20261124T074707.123456Z_0000002a_8c6f0a1be2d94c17_D_S1.eml")]
    [InlineData("INBOX/20261324T074707.123456Z_0000002a_8c6f0a1be2d94c17_D_S1.eml")]
    [InlineData("INBOX/20261124T074707.123456Z_0000002a_8c6f0a1be2d94c17_D_S01.eml")]
    [InlineData("folders/../20261124T074707.123456Z_0000002a_8c6f0a1be2d94c17_D_S1.eml")]
    [InlineData("folders/a/b/20261124T074707.123456Z_0000002a_8c6f0a1be2d94c17_D_S1.eml")]
    public void What_is_no_key_is_none(string text) => Assert.Null(MailKey.Parse(text));

    private static string Expand(string template, string user) =>
        PrefixTemplate.Parse(template).Expand(new EffectiveUser(new UserRecord { Name = user, Version = 7 }, null));
}
