using MailStore.Host.Commands.Importing;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Commands.Importing;

public sealed class ImapSourceTests
{
    [Fact]
    public async Task A_mail_that_goes_meanwhile_is_passed_over_and_so_is_a_folder_that_shows_mails_of_others()
    {
        await using var server = new ScriptedImap();
        var mails = new List<(string? Text, string? Folder, MailFlags Flags, DateTimeOffset Arrival)>();
        await using (var source = await ImapSource.OpenAsync(server.Address, () => "secret", default))
        {
            await foreach (var mail in source.ReadAsync(default))
            {
                using var reader = await mail.Open(default) is { } opened ? new StreamReader(opened) : null;
                mails.Add((reader is null ? null : await reader.ReadToEndAsync(), mail.Folder, mail.Flags, mail.Arrival));
            }

            Assert.Equal(["All Mail"], source.PassedOver);
        }

        Assert.Equal(["Subject: 1\r\n\r\n1\r\n", null, "Subject: 3\r\n\r\n3\r\n"], mails.Select(mail => mail.Text));
        Assert.Equal((null, MailFlags.Seen, DateTimeOffset.FromUnixTimeSeconds(1_700_000_000)), (mails[0].Folder, mails[0].Flags, mails[0].Arrival));
        Assert.DoesNotContain(server.Commands, command => command.StartsWith("FETCH", StringComparison.Ordinal));
    }
}
