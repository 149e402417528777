using System.Text;
using MailStore.Host.Commands.Importing;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Commands.Importing;

public sealed class MboxSourceTests : IDisposable
{
    private const string FromLine = "From sender@example.net Tue Nov 14 22:13:20 2023\n";

    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Mails_are_parted_at_from_lines_behind_empty_lines_only()
    {
        var mails = await ReadAsync($"{FromLine}Subject: a\n\nFrom here on it is text\nFrom x@y Tue Nov 14 22:13:20 2023\n\nFrom nobody, with no date\n\n{FromLine}Subject: b\n\n");
        Assert.Equal(["Subject: a\n\nFrom here on it is text\nFrom x@y Tue Nov 14 22:13:20 2023\n\nFrom nobody, with no date\n", "Subject: b\n"], mails.Select(mail => mail.Text));
    }

    [Theory]
    [InlineData("From MAILER-DAEMON Tue Nov 14 22:13:20 2023")]
    [InlineData("From \"a b\"@example.net Tue Nov 14 22:13:20 2023")]
    [InlineData("From a@b  Tue Nov 14 22:13:20 2023")]
    [InlineData("From a@b Tue Nov 14 22:13:20 +0000 2023")]
    public async Task The_date_is_found_behind_any_sender(string line)
    {
        var mail = Assert.Single(await ReadAsync($"{line}\nSubject: a\n\na\n\n"));
        Assert.Equal(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000), mail.Mail.Arrival);
        Assert.Equal("Subject: a\n\na\n", mail.Text);
    }

    [Fact]
    public async Task Quotes_are_undone_and_what_programs_keep_in_the_file_is_left_out()
    {
        var mail = Assert.Single(await ReadAsync(
            $"{FromLine}Subject: a\nStatus: RO\nX-Status: AF\nContent-Length: 17\nLines: 3\nX-Keywords: one\n two\nX-UID: 7\nLines: my own\n\n>From a\n>>From b\n> From c\nStatus: text\n\n"));
        Assert.Equal("Subject: a\nLines: my own\n\nFrom a\n>From b\n> From c\nStatus: text\n", mail.Text);
        Assert.Equal(MailFlags.Seen | MailFlags.Answered | MailFlags.Flagged, mail.Mail.Flags);
    }

    [Fact]
    public async Task A_mail_that_says_its_length_has_no_quotes()
    {
        const string Text = ">From a\n>>From b\nFrom c\n";
        var mails = await ReadAsync($"{FromLine}Subject: a\nContent-Length: {Text.Length}\n\n{Text}\n{FromLine}Subject: b\nContent-Length: {Text.Length + 1}\n\n{Text}\n");
        Assert.Equal([$"Subject: a\n\n{Text}", "Subject: b\n\nFrom a\n>From b\nFrom c\n"], mails.Select(mail => mail.Text));
    }

    [Fact]
    public async Task The_notes_that_a_program_keeps_as_a_mail_are_none()
    {
        var mails = await ReadAsync($"{FromLine}Subject: DON'T DELETE THIS MESSAGE -- FOLDER INTERNAL DATA\nX-IMAP: 1700000000 0000000002\nStatus: RO\n\nThis text is part of the internal format.\n\n{FromLine}Subject: a\nX-IMAPbase: 1 2\n\na\n\n");
        Assert.Equal(["Subject: a\n\na\n"], mails.Select(mail => mail.Text));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("Subject: a\n\nno end", "Subject: a\n\nno end")]
    [InlineData("Subject: a\n\n\n\n", "Subject: a\n\n\n")]
    [InlineData("Subject: a\r\n\r\na\r\n\r\n", "Subject: a\n\na\n")]
    public async Task The_empty_line_at_the_end_is_the_files(string stored, string mail) =>
        Assert.Equal([mail], (await ReadAsync(FromLine + stored)).Select(found => found.Text));

    [Fact]
    public async Task An_empty_file_has_no_mails()
    {
        Assert.Empty(await ReadAsync(""));
        Assert.True(await MboxSource.IsAtAsync(_file, default));
        await File.WriteAllTextAsync(_file, "Subject: a\n");
        Assert.False(await MboxSource.IsAtAsync(_file, default));
    }

    private async Task<List<(SourceMail Mail, string Text)>> ReadAsync(string text)
    {
        await File.WriteAllBytesAsync(_file, Encoding.Latin1.GetBytes(text));
        var mails = new List<(SourceMail, string)>();
        await using var source = new MboxSource(_file, null);
        await foreach (var mail in source.ReadAsync(default))
        {
            await using var stream = new LfStream((await mail.Open(default))!);
            using var content = new MemoryStream();
            await stream.CopyToAsync(content);
            mails.Add((mail, Encoding.Latin1.GetString(content.ToArray())));
        }

        return mails;
    }
}
