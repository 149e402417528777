using System.Diagnostics;
using MailStore.LiteDb.Mails;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.LiteDb.Mails;

/// <summary>Looks at the threads of the whole process.</summary>
[Collection(AloneCollection.Name)]
public sealed class ManyUsersTests
{
    [Fact]
    public async Task Many_users_have_few_files_open_and_few_threads()
    {
        await using var world = new MailWorld { Options = new LiteDbAgentOptions { MaxOpenFiles = 40 } };
        var agent = await world.StartAsync();
        var threads = Threads();
        var mailboxes = await Task.WhenAll(Enumerable.Range(0, 300).Select(i => world.MailboxAsync(agent, $"user{i}@example.org")));
        var results = await Task.WhenAll(mailboxes.SelectMany(mailbox => Enumerable.Range(0, 3).Select(_ => mailbox.DeliverAsync(MailWorld.Mail(), default).AsTask())));
        Assert.All(results, result => Assert.Equal(DeliveryStatus.Stored, result.Status));
        // the threads that serve files may each be about to close one
        Assert.InRange(Directory.GetFiles(world.Data, "*-journal", SearchOption.AllDirectories).Length, 1, 40 + 16);
        Assert.True(Threads() - threads < 100, $"{Threads() - threads} threads more than before");
        Assert.All(await Task.WhenAll(mailboxes.Select(mailbox => mailbox.GetUsageAsync(default).AsTask())), usage => Assert.Equal(3, usage.Count));

        static int Threads()
        {
            using var process = Process.GetCurrentProcess();
            return process.Threads.Count;
        }
    }
}
