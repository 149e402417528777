// Allocates one user and delivers one mail, or imports some, with the maildir module, so that a test can watch its system calls from outside, make them
// fail, or run it as another uid. Prints what the delivery came to.
//   MaildirProbe DATA_DIR [--folder NAME] [--home PATH] [--uids FIRST LAST] [--import COUNT] [--journal]
// --home: the user is allocated already; so all system calls on his Maildir are the delivery's.
using MailStore.Maildir;
using MailStore.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

string? Option(string name, int offset = 1) => Array.IndexOf(args, name) is >= 0 and var at ? args[at + offset] : null;

var options = new MaildirOptions { Durability = Durability.Direct };
if (Option("--uids") is { } first)
    (options.FirstUid, options.LastUid) = (long.Parse(first, null), long.Parse(Option("--uids", 2)!, null));
using var agent = new MaildirAgent(options, NullLogger<MaildirAgent>.Instance, TimeProvider.System, new ModuleContext("maildir", args[0]));
if (args.Contains("--journal"))
{
    options.Durability = Durability.Journal;
    agent.JournalStart.FindFault = (_, _) => null;
    agent.JournalStart.Capacity = 1 << 20;
}

try
{
    await agent.StartAsync(CancellationToken.None);
}
catch (ModuleConfigurationException e)
{
    Console.Out.WriteLine(e.Message);
    return;
}

// the start went on here from a worker of the module, which gets to its rest meanwhile, and is the next one to work: faults are counted for each thread
if (args.Contains("--journal"))
{
    await agent.JournalOpening;
    await Task.Delay(500);
}

var user = new UserRecord { Name = "alice@example.org", Version = 1 };
var attempt = new AllocationContext("maildir", null);
var allocation = Option("--home") is { } home
    ? attempt.Complete(1, [new(Allocation.Home, home)])
    : await agent.AllocateAsync(new EffectiveUser(user, options), attempt, CancellationToken.None);
var ready = (ParseResult.Ready)agent.Parse(new EffectiveUser(user with { Allocation = allocation, Version = 2 }, options));

// marks the borders of the delivery in the trace
_ = File.Exists(Path.Combine(args[0], "deliver-now"));
var result = Option("--import") is { } count
    ? (await ((IMailboxImport)ready.Mailbox).ImportAsync([.. Enumerable.Range(0, int.Parse(count, null)).Select(i => Probe(i % 2 == 0 ? MailFlags.None : MailFlags.Seen))], CancellationToken.None))[^1]
    : await ready.Mailbox.DeliverAsync(Probe(MailFlags.None), CancellationToken.None);
_ = File.Exists(Path.Combine(args[0], "delivered"));
await agent.StopAsync(CancellationToken.None);
Console.Out.WriteLine(result);

Mail Probe(MailFlags flags) => new()
{
    DeliveryId = "d1",
    TransactionId = "t1",
    Sender = "bob@example.net",
    OriginalRecipient = "alice@example.org",
    User = "alice@example.org",
    Folder = Option("--folder"),
    Flags = flags,
    Arrival = DateTimeOffset.UtcNow,
    Header = "Return-Path: <bob@example.net>\n"u8.ToArray(),
    Content = MailContent.FromMemory("Subject: probe\n\nHello.\n"u8.ToArray()),
};
