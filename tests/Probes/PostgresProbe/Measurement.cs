using System.Diagnostics;
using System.Globalization;
using MailStore.Postgres.Mailboxes;
using MailStore.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

/// <summary>What storing and listing take.</summary>
internal static class Measurement
{
    private const int Users = 200;
    private const int Writers = 32;

    public static async Task RunAsync(string connection, string schema, int mails)
    {
        var options = new PostgresAgentOptions { Connection = connection, Schema = schema, MaxConnections = Writers };
        await using var agent = new PostgresAgent(options, NullLogger<PostgresAgent>.Instance, TimeProvider.System, new ModuleContext("postgres", "."));
        await agent.StartAsync(default);
        var mailboxes = new List<IMailbox>();
        for (var i = 0; i < Users; i++)
            mailboxes.Add(await AddAsync(agent, options, $"user{i}@example.org"));

        await DeliverAsync("deliver to many users, 32 at once", mailboxes, mails, 0);
        await DeliverAsync("deliver to one user, 32 at once", mailboxes[..1], mails / 4, mails);

        var at = Stopwatch.GetTimestamp();
        var count = 0;
        await foreach (var mail in ((IReadableMailbox)mailboxes[0]).ListAsync(default))
        {
            if (count++ == 0)
                Console.WriteLine($"first mail of the list after {Stopwatch.GetElapsedTime(at).TotalMilliseconds:0} ms");
        }

        Report("list", at, count);
        Console.WriteLine($"managed memory: {GC.GetTotalMemory(true) >> 20} MB, working set: {Environment.WorkingSet >> 20} MB");
    }

    private static async Task DeliverAsync(string what, List<IMailbox> mailboxes, int mails, int from)
    {
        var next = -1;
        var content = MailContent.FromMemory(new byte[5000]);
        var at = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var i && i < mails)
            {
                var mail = new Mail
                {
                    DeliveryId = string.Create(CultureInfo.InvariantCulture, $"d{from + i}"),
                    TransactionId = "t",
                    Sender = "",
                    OriginalRecipient = "",
                    User = "",
                    Arrival = DateTimeOffset.UtcNow,
                    Header = default,
                    Content = content,
                };
                if (await mailboxes[i % mailboxes.Count].DeliverAsync(mail, default) is { Status: not DeliveryStatus.Stored } failed)
                    throw new InvalidOperationException(failed.ToString());
            }
        })));
        Report(what, at, mails);
    }

    private static async Task<IMailbox> AddAsync(PostgresAgent agent, PostgresAgentOptions options, string name)
    {
        var record = new UserRecord { Name = name, Version = 1 };
        var allocation = await agent.AllocateAsync(new EffectiveUser(record, options), new AllocationContext("postgres", null), default);
        return ((ParseResult.Ready)agent.Parse(new EffectiveUser(record with { Allocation = allocation }, options))).Mailbox;
    }

    private static void Report(string what, long since, int count)
    {
        var elapsed = Stopwatch.GetElapsedTime(since);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {count} in {elapsed.TotalSeconds:0.0} s, {count / elapsed.TotalSeconds:0} a second"));
    }
}
