using System.Globalization;
using MailStore.LiteDb.Mails;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.LiteDb.Mails;

public sealed class ProcessTests
{
    [Theory]
    [InlineData("litedb/{domain}/{local}.db")]
    [InlineData("mails.db")]
    public async Task What_was_acknowledged_survives_kill_9_and_is_counted(string path)
    {
        await using var world = new MailWorld { Options = new LiteDbAgentOptions { Path = path } };
        var acknowledged = new Dictionary<string, long>();
        for (var round = 0; round < 2; round++)
        {
            using var probe = Probe.Start(["mail", world.Data, path]);
            var lines = await Probe.ReadLinesAsync(probe, count => count > 150 + round * 100);
            probe.Kill();

            // What was in the pipe by then is acknowledged as well; a last line may be cut.
            var rest = await probe.StandardOutput.ReadToEndAsync();
            lines.AddRange(rest[..(rest.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries));
            await probe.WaitForExitAsync();
            foreach (var words in lines.Where(line => line.StartsWith("acked ", StringComparison.Ordinal)).Select(line => line.Split(' ')))
                acknowledged.Add($"{words[1]} {words[2]}", long.Parse(words[3], CultureInfo.InvariantCulture));

            var agent = await world.StartAsync();
            var found = new Dictionary<string, long>();
            for (var user = 0; user < 3; user++)
            {
                var mailbox = await world.MailboxAsync(agent, $"user{user}@example.org");
                var mails = await MailWorld.ListAsync(mailbox);
                foreach (var mail in mails)
                {
                    Assert.Equal(mail.Size, (await MailWorld.ReadAsync(mailbox, mail.Id))!.Length);
                    found.Add($"{user} {mail.Id}", mail.Size);
                }

                Assert.Equal(new MailboxUsage(mails.Sum(mail => mail.Size), mails.Count, null, null), await mailbox.GetUsageAsync(default));
            }

            await world.StopAsync(agent);
            Assert.All(acknowledged, mail => Assert.Equal(mail.Value, found[mail.Key]));
            Assert.True(acknowledged.Count > 100);
        }
    }
}
