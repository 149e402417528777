// Delivers with the mbox module as another process, so that a test can kill it, watch its system calls, or have it beside other programs.
//   MboxProbe DATA_DIR storm WRITERS        without end, to three users; 'acked USER ID HASH' for each mail that was stored
//   MboxProbe DATA_DIR deliver COUNT        so many, to alice, four at a time; then 'done'
//   MboxProbe DATA_DIR measure COUNT        the same with 32 at a time, mails of 4 KB; tells what it took to store, list and read them
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MailStore.Mbox;
using MailStore.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

var options = new MboxOptions();
using var agent = new MboxAgent(options, NullLogger<MboxAgent>.Instance, TimeProvider.System, new ModuleContext("mbox", args[0]));
await agent.StartAsync(CancellationToken.None);
var number = int.Parse(args[2], CultureInfo.InvariantCulture);
switch (args[1])
{
    case "storm":
        var users = new List<IMailbox>();
        for (var i = 0; i < 3; i++)
            users.Add(await OpenAsync($"user{i}"));
        Console.WriteLine("open");
        await Task.WhenAll(Enumerable.Range(0, number).Select(writer => Task.Run(async () =>
        {
            var random = new Random();
            while (true)
            {
                var content = Content(random, random.Next(20) == 0 ? random.Next(1_000_000) : random.Next(10_000));
                var result = await users[writer % 3].DeliverAsync(Mail(content), CancellationToken.None);
                if (result.Status != DeliveryStatus.Stored)
                    throw new InvalidOperationException(result.ToString());
                Console.WriteLine($"acked {writer % 3} {result.StoredId} {Convert.ToHexString(SHA256.HashData(content))}");
            }
        })));
        break;
    case "deliver":
        await DeliverAsync(await OpenAsync("alice"), 4, i => Encoding.ASCII.GetBytes($"Subject: probe {i}\n\nFrom the probe\n{new string('p', i % 3000)}\nend of probe {i}\n"));
        Console.WriteLine("done");
        break;
    case "measure":
        var alice = await OpenAsync("alice");
        var clock = Stopwatch.StartNew();
        var pattern = Encoding.ASCII.GetBytes("Subject: measure\n\n" + string.Concat(Enumerable.Repeat("a line of text that is seventy-two bytes long, as mails have them; good.\n", 55)));
        await DeliverAsync(alice, 32, _ => pattern);
        Console.WriteLine($"stored {number} in {clock.ElapsedMilliseconds} ms");
        clock.Restart();
        var ids = new List<string>();
        await foreach (var mail in ((IReadableMailbox)alice).ListAsync(CancellationToken.None))
        {
            ids.Add(mail.Id);
            if (ids.Count == 1)
                Console.WriteLine($"first line after {clock.ElapsedMilliseconds} ms");
        }

        Console.WriteLine($"listed {ids.Count} in {clock.ElapsedMilliseconds} ms");
        clock.Restart();
        foreach (var id in ids.Take(5000))
        {
            await using var stream = await ((IReadableMailbox)alice).OpenAsync(id, CancellationToken.None);
            await stream!.CopyToAsync(Stream.Null);
        }

        Console.WriteLine($"read {Math.Min(ids.Count, 5000)} in {clock.ElapsedMilliseconds} ms; working set {Environment.WorkingSet >> 20} MB");
        break;
}

await agent.StopAsync(CancellationToken.None);

async Task DeliverAsync(IMailbox mailbox, int atOnce, Func<int, byte[]> content) => await Parallel.ForEachAsync(
    Enumerable.Range(0, number),
    new ParallelOptions { MaxDegreeOfParallelism = atOnce },
    async (i, token) =>
    {
        var result = await mailbox.DeliverAsync(Mail(content(i)), token);
        if (result.Status != DeliveryStatus.Stored)
            throw new InvalidOperationException(result.ToString());
    });

async Task<IMailbox> OpenAsync(string local)
{
    var record = new UserRecord { Name = $"{local}@example.org", Version = 1 };
    var allocation = await agent.AllocateAsync(new EffectiveUser(record, options), new AllocationContext("mbox", null), CancellationToken.None);
    return ((ParseResult.Ready)agent.Parse(new EffectiveUser(record with { Version = 2, Allocation = allocation }, options))).Mailbox;
}

static byte[] Content(Random random, int length)
{
    var content = new byte[length];
    random.NextBytes(content);
    // text that a careless format takes for another mail
    for (var i = 0; i + 12 < length; i += 500)
        "\n\nFrom a b c"u8.CopyTo(content.AsSpan(i));
    return [.. "\n"u8, .. content];
}

static Mail Mail(byte[] content) => new()
{
    DeliveryId = "d", TransactionId = "t", Sender = "", OriginalRecipient = "x", User = "x", Arrival = DateTimeOffset.UtcNow, Header = "Subject: x\n"u8.ToArray(), Content = MailContent.FromMemory(content),
};
