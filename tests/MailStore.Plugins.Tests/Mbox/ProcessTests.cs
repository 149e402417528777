using System.Security.Cryptography;
using System.Text;

namespace MailStore.Plugins.Tests.Mbox;

public sealed class ProcessTests
{
    private static readonly int Rounds = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1" ? 30 : 3;

    [Fact]
    public async Task What_was_acknowledged_survives_kill_9_at_any_moment_and_all_that_is_there_is_whole()
    {
        await using var world = new MboxWorld();
        var acknowledged = new Dictionary<string, string>();
        for (var round = 0; round < Rounds; round++)
        {
            using var probe = Probe.Start(world.Data, "storm", "12");
            var lines = new List<string>();
            for (var enough = Random.Shared.Next(50, 250); lines.Count < enough && await probe.StandardOutput.ReadLineAsync() is { } line;)
                lines.Add(line);
            probe.Kill();

            // What was in the pipe by then is acknowledged as well; a last line may be cut.
            var rest = await probe.StandardOutput.ReadToEndAsync();
            lines.AddRange(rest[..(rest.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries));
            await probe.WaitForExitAsync();
            foreach (var words in lines.Where(line => line.StartsWith("acked ", StringComparison.Ordinal)).Select(line => line.Split(' ')))
                acknowledged.Add($"{words[1]} {words[2]}", words[3]);

            var agent = await world.StartAsync();
            for (var user = 0; user < 3; user++)
            {
                var mailbox = await world.MailboxAsync(agent, $"user{user}@example.org");
                // the lock of the killed process is in nobody's way
                await MboxWorld.StoreAsync(mailbox, MboxWorld.Mail());
                var found = new Dictionary<string, string>();
                foreach (var mail in await MboxWorld.ListAsync(mailbox))
                {
                    await using var stream = await mailbox.OpenAsync(mail.Id, default);
                    using var bytes = new MemoryStream();
                    await stream!.CopyToAsync(bytes);
                    Assert.Equal(mail.Size, bytes.Length);
                    found.Add($"{user} {mail.Id}", Convert.ToHexString(SHA256.HashData(bytes.ToArray().AsSpan("Subject: x\n".Length))));
                    // each mail is one that somebody delivered, from its first byte to its last
                    Assert.True(bytes.ToArray().AsSpan().StartsWith("Subject: x\n"u8) || Encoding.ASCII.GetString(bytes.ToArray()).EndsWith("world\n", StringComparison.Ordinal));
                }

                foreach (var (id, hash) in acknowledged.Where(mail => mail.Key.StartsWith($"{user} ", StringComparison.Ordinal)))
                    Assert.Equal(hash, found[id]);
            }

            await world.StopAsync(agent);
            Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(world.AliceFile)!, "*.lock"));
        }

        Assert.True(acknowledged.Count > Rounds * 40);
    }
}
