using System.Diagnostics;
using System.Globalization;
using MailStore.LiteDb.Mails;
using MailStore.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

/// <summary>The MDA's half of the probe. Allocations are made anew by each process: one life of a user has one mailbox.</summary>
internal sealed class MailProbe : IAsyncDisposable
{
    private const int Users = 3;
    private const int Writers = 12;

    private readonly LiteDbAgent _agent;
    private readonly LiteDbAgentOptions _options;

    private MailProbe(LiteDbAgent agent, LiteDbAgentOptions options) => (_agent, _options) = (agent, options);

    public static async Task<MailProbe> OpenAsync(ModuleContext context, string path)
    {
        var options = new LiteDbAgentOptions { Path = path };
        var agent = new LiteDbAgent(options, NullLogger<LiteDbAgent>.Instance, TimeProvider.System, context);
        await agent.StartAsync(default);
        return new MailProbe(agent, options);
    }

    public async Task StormAsync()
    {
        var mailboxes = new List<IMailbox>();
        for (var i = 0; i < Users; i++)
            mailboxes.Add(await OpenAsync(i));
        Console.WriteLine("open");
        await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(async () =>
        {
            var random = new Random(writer);
            while (true)
            {
                var content = new byte[random.Next(20) == 0 ? random.Next(1_000_000) : random.Next(10_000)];
                random.NextBytes(content);
                var result = await mailboxes[writer % Users].DeliverAsync(Mail(content), default);
                if (result.Status != DeliveryStatus.Stored)
                    throw new InvalidOperationException(result.ToString());
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"acked {writer % Users} {result.StoredId} {content.Length}"));
            }
        })));
    }

    public async Task MeasureAsync(int mails)
    {
        var mailbox = await OpenAsync(0);
        var content = new byte[4096];
        var start = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(Enumerable.Range(0, mails), new ParallelOptions { MaxDegreeOfParallelism = 32 },
            async (_, token) => await mailbox.DeliverAsync(Mail(content), token));
        Report("store 4 KB, 32 at once", start, mails);

        start = Stopwatch.GetTimestamp();
        for (var i = 0; i < 200; i++)
            await mailbox.DeliverAsync(Mail(content), default);
        Report("store 4 KB, one by one", start, 200);

        var reading = (IReadableMailbox)mailbox;
        var ids = new List<string>();
        start = Stopwatch.GetTimestamp();
        await foreach (var mail in reading.ListAsync(default))
        {
            if (ids.Count == 0)
                Report("list, the first", start, 1);
            ids.Add(mail.Id);
        }

        Report("list", start, ids.Count);
        var random = new Random(1);
        start = Stopwatch.GetTimestamp();
        for (var i = 0; i < 2000; i++)
        {
            await using var stream = await reading.OpenAsync(ids[random.Next(ids.Count)], default);
            await stream!.CopyToAsync(Stream.Null);
        }

        Report("open and read", start, 2000);
        Console.WriteLine($"managed memory: {GC.GetTotalMemory(true) >> 20} MB, working set: {Environment.WorkingSet >> 20} MB");
    }

    public async ValueTask DisposeAsync()
    {
        await _agent.StopAsync(default);
        await _agent.DisposeAsync();
    }

    private async Task<IMailbox> OpenAsync(int user)
    {
        var record = new UserRecord { Name = string.Create(CultureInfo.InvariantCulture, $"user{user}@example.org"), Version = 1 };
        var allocation = await _agent.AllocateAsync(new EffectiveUser(record, _options), new AllocationContext("litedb", null), default);
        return ((ParseResult.Ready)_agent.Parse(new EffectiveUser(record with { Version = 2, Allocation = allocation }, _options))).Mailbox;
    }

    private static Mail Mail(byte[] content) => new()
    {
        DeliveryId = "d", TransactionId = "t", Sender = "", OriginalRecipient = "x", User = "x", Arrival = DateTimeOffset.UtcNow, Header = default, Content = MailContent.FromMemory(content),
    };

    private static void Report(string what, long since, int count)
    {
        var elapsed = Stopwatch.GetElapsedTime(since);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {count} in {elapsed.TotalMilliseconds:F0} ms, {elapsed.TotalMicroseconds / Math.Max(1, count):F1} us each"));
    }
}
