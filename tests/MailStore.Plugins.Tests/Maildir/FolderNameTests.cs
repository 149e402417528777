using CsCheck;
using MailStore.Maildir.Paths;

namespace MailStore.Plugins.Tests.Maildir;

public sealed class FolderNameTests
{
    [Theory]
    [InlineData("Lists.Rust", ".Lists.Rust")]
    [InlineData("R&D", ".R&-D")]
    [InlineData("Entw\u00fcrfe", ".Entw&APw-rfe")]
    [InlineData("~peter.mail.\u53f0\u5317.\u65e5\u672c\u8a9e", ".~peter.mail.&U,BTFw-.&ZeVnLIqe-")] // RFC 3501, 5.1.3
    public void A_folder_is_written_as_imap_servers_write_it(string folder, string directory)
    {
        Assert.Equal(directory, FolderName.ToDirectory(folder));
        Assert.Equal(folder, FolderName.FromDirectory(directory));
    }

    [Theory]
    [InlineData("")]
    [InlineData("INBOX")]
    [InlineData("inbox")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData(".hidden")]
    [InlineData("a.")]
    [InlineData("a..b")]
    [InlineData("a/b")]
    [InlineData("../../etc")]
    [InlineData("a\0b")]
    [InlineData("a\nb")]
    [InlineData("\ud800")]
    public void What_no_folder_can_be_called_is_the_inbox(string folder) => Assert.Null(FolderName.ToDirectory(folder));

    [Fact]
    public void Every_folder_comes_back_from_its_directory_and_none_leads_elsewhere() =>
        Gen.OneOf(Gen.OneOfConst(".", "/", "&", "-", "\u00e9", "\ud83d\ude00", "\ud800", "a", "Z ", "~"), Gen.String[0, 4]).Array[0, 8].Select(string.Concat)
            .Sample(
                folder =>
                {
                    if (FolderName.ToDirectory(folder) is not { } directory)
                        return;
                    Assert.Equal(folder, FolderName.FromDirectory(directory));
                    Assert.StartsWith(".", directory, StringComparison.Ordinal);
                    Assert.NotEqual("..", directory);
                    Assert.DoesNotContain('/', directory);
                    Assert.All(directory, c => Assert.InRange(c, ' ', '~'));
                },
                iter: 20_000);
}
