using System.Security.Cryptography;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Maildir;

public sealed class RealMailTests
{
    [FactIf("mails", "python3")]
    public async Task Mails_from_the_world_are_stored_and_read_back_to_the_byte_here_and_by_python()
    {
        await using var world = new MaildirWorld();
        var mailbox = await world.MailboxAsync(await world.StartAsync());
        var sent = new Dictionary<string, string>();
        foreach (var file in Directory.EnumerateFiles(RealMails.Folder!, "*.eml").Order(StringComparer.Ordinal))
        {
            var bytes = await File.ReadAllBytesAsync(file);
            var result = await mailbox.DeliverAsync(
                new Mail
                {
                    DeliveryId = "d",
                    TransactionId = "t",
                    Sender = "",
                    OriginalRecipient = MaildirWorld.Alice,
                    User = MaildirWorld.Alice,
                    Arrival = world.Clock.GetUtcNow(),
                    Header = default,
                    Content = MailContent.FromMemory(bytes),
                },
                CancellationToken.None);
            sent.Add(result.StoredId!, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        }

        Assert.NotEmpty(sent);
        var reader = (IReadableMailbox)mailbox;
        var read = new Dictionary<string, string>();
        await foreach (var mail in reader.ListAsync(CancellationToken.None))
        {
            await using var stream = await reader.OpenAsync(mail.Id, CancellationToken.None);
            read.Add(mail.Id, Convert.ToHexStringLower(await SHA256.HashDataAsync(stream!)));
        }

        Assert.Equal(sent.OrderBy(mail => mail.Key, StringComparer.Ordinal), read.OrderBy(mail => mail.Key, StringComparer.Ordinal));
        const string script = "import mailbox,sys,hashlib\nm=mailbox.Maildir(sys.argv[1],create=False)\nprint(*sorted(hashlib.sha256(m.get_bytes(k)).hexdigest() for k in m.keys()))";
        Assert.Equal(string.Join(' ', sent.Values.Order(StringComparer.Ordinal)), (await Shell.RunAsync("python3", "-c", script, world.AliceHome)).Trim());
    }
}
