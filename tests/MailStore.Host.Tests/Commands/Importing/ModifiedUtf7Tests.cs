using MailStore.Host.Commands.Importing;

namespace MailStore.Host.Tests.Commands.Importing;

public sealed class ModifiedUtf7Tests
{
    [Theory]
    [InlineData("Lists.Rust", "Lists.Rust")]
    [InlineData("Entw&APw-rfe", "Entw\u00fcrfe")]
    [InlineData("A&-B", "A&B")]
    [InlineData("~peter.mail.&U,BTFw-.&ZeVnLIqe-", "~peter.mail.\u53f0\u5317.\u65e5\u672c\u8a9e")]
    [InlineData("no & end", "no & end")]
    [InlineData("&??-", "&??-")]
    public void Names_are_decoded_and_what_is_none_stays(string encoded, string name) => Assert.Equal(name, ModifiedUtf7.Decode(encoded));
}
