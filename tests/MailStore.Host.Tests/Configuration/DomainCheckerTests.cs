using MailStore.Host.Configuration;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Configuration;

public sealed class DomainCheckerTests
{
    private static readonly Dictionary<string, Type> Mdas = new() { ["maildir"] = typeof(SampleOptions), ["s3"] = typeof(Bucket) };

    [Theory]
    [InlineData("enabled = false\nquota = \"1G\"\nprefix = \"x\"")]
    [InlineData("mda = \"s3\"\nprefix = \"x\"\nquota = 5")]
    [InlineData("quota = \"\"\nretry.count = 2")]
    public void Settings_of_an_mda_that_the_domain_may_use_are_right(string settings) => Assert.Empty(MistakesOf(settings));

    [Theory]
    [InlineData("qota = \"1G\"", "(5,1): 'qota' in [domain.\"a.org\"] is not a setting of any configured MDA; did you mean 'quota'?")]
    [InlineData("mda = \"s3\"\npath = \"x\"", "(6,1): 'path' in [domain.\"a.org\"] is not a setting of mda 's3'")]
    [InlineData("flag = true", "(5,1): 'flag' of mda 'maildir' cannot be set for a domain, only in its own table")]
    [InlineData("mda = \"maildir\"\nquota = \"lots\"", "(6,1): 'quota' takes a size such as \"50M\" or \"1G\", not \"lots\"")]
    [InlineData("level = 101", "(5,1): 'level' must be from 1 to 100, not 101 (mda 'maildir')")]
    [InlineData("prefix = 5", "(5,1): 'prefix' takes text, not 5; write \"5\" (mda 's3')")]
    [InlineData("retry.count = 11", "(5,7): 'retry.count' must be from 0 to 10, not 11 (mda 'maildir')")]
    [InlineData("retry.cont = 1", "(5,7): 'retry.cont' in [domain.\"a.org\"] is not a setting of any configured MDA; did you mean 'retry.count'?")]
    [InlineData("rety.count = 1", "(5,1): 'rety' in [domain.\"a.org\"] is not a setting of any configured MDA")]
    public void All_else_is_told(string settings, string mistake) => Assert.Equal(["mailstore.toml" + mistake], MistakesOf(settings));

    [Fact]
    public void A_value_must_be_right_for_each_mda_that_has_the_setting() => Assert.Equal(
        ["'quota' takes a size such as \"50M\" or \"1G\", not true (mda 'maildir')", "'quota' takes a size such as \"50M\" or \"1G\", not true (mda 's3')"],
        MistakesOf("quota = true").Select(mistake => mistake.Split(": ", 2)[1]));

    private static string[] MistakesOf(string settings)
    {
        var configuration = ConfigFolder.LoadRight($"[mda.maildir]\n[mda.s3]\n\n[domain.\"a.org\"]\n{settings}");
        var mistakes = new List<Mistake>();
        DomainChecker.CheckDomains(configuration, Mdas, mistakes);
        return [.. mistakes.Select(mistake => mistake.ToString())];
    }

    private sealed class Bucket
    {
        [UserSetting]
        public string Prefix { get; set; } = "";

        [UserSetting]
        public ByteSize? Quota { get; set; }
    }
}
