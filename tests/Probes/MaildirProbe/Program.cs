// Allocates one user and delivers one mail with the maildir module, so that a test can watch its system calls from outside.
// MaildirProbe DATA_DIR [FOLDER]
using MailStore.Maildir;
using MailStore.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

var context = new ModuleContext("maildir", args[0]);
var options = new MaildirOptions();
using var agent = new MaildirAgent(options, NullLogger<MaildirAgent>.Instance, TimeProvider.System, context);
await agent.StartAsync(CancellationToken.None);

var user = new UserRecord { Name = "alice@example.org", Version = 1 };
var allocation = await agent.AllocateAsync(new EffectiveUser(user, options), new AllocationContext("maildir", null), CancellationToken.None);
user = user with { Allocation = allocation, Version = 2 };
if (agent.Parse(new EffectiveUser(user, options)) is not ParseResult.Ready ready)
    return 1;

// marks the border between allocation and delivery in the trace
_ = File.Exists(Path.Combine(args[0], "deliver-now"));
var result = await ready.Mailbox.DeliverAsync(
    new Mail
    {
        DeliveryId = "d1",
        TransactionId = "t1",
        Sender = "bob@example.net",
        OriginalRecipient = "alice@example.org",
        User = "alice@example.org",
        Folder = args.ElementAtOrDefault(1),
        Arrival = DateTimeOffset.UtcNow,
        Header = "Return-Path: <bob@example.net>\n"u8.ToArray(),
        Content = MailContent.FromMemory("Subject: probe\n\nHello.\n"u8.ToArray()),
    },
    CancellationToken.None);
Console.Out.WriteLine(result);
_ = File.Exists(Path.Combine(args[0], "delivered"));
await agent.StopAsync(CancellationToken.None);
return result.Status == DeliveryStatus.Stored ? 0 : 2;
