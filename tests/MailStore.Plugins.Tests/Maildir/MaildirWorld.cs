using System.Text;
using MailStore.Maildir;
using MailStore.Maildir.Journal;
using MailStore.Sdk;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Plugins.Tests.Maildir;

/// <summary>A data directory of a test's own, and agents over it.</summary>
internal sealed class MaildirWorld : IAsyncDisposable
{
    public const string Alice = "alice@example.org";

    private readonly List<MaildirAgent> _agents = [];

    public MaildirWorld()
    {
        Base = Directory.CreateTempSubdirectory("mailstore-maildir-").FullName;
        Data = Path.Combine(Base, "data");
        Directory.CreateDirectory(Data);
    }

    /// <summary>A directory beside the data directory, and above it.</summary>
    public string Base { get; }

    public string Data { get; }

    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.UtcNow);

    public FakeSequences Sequences { get; } = new();

    public MaildirOptions Options { get; set; } = new();

    /// <summary>Whether the file system is said to be one for journals where the options leave it open.</summary>
    public bool MayKeepJournal { get; set; }

    /// <summary>Whether an agent's start is over only when its journal is open, or there is to be none.</summary>
    public bool AwaitsJournal { get; set; } = true;

    /// <summary>Since when the machine has run, as agents see it: all mails of the tests are of before, but for those of a test that sets it.</summary>
    public DateTimeOffset BootedAt { get; set; } = DateTimeOffset.MaxValue;

    /// <summary>Of each file of a journal.</summary>
    public long JournalCapacity { get; set; } = 1 << 20;

    /// <summary>The default place of alice.</summary>
    public string AliceHome => Path.Combine(Data, "mail/example.org/alice");

    /// <summary>An agent as on a host of its own, started.</summary>
    public async Task<MaildirAgent> StartAsync(string? data = null)
    {
        var agent = new MaildirAgent(Options, NullLogger<MaildirAgent>.Instance, Clock, new ModuleContext("maildir", data ?? Data));
        _agents.Add(agent);
        // these tests cut no power: any file system will do, and none where a test does not ask for it
        agent.JournalStart.FindFault = (_, _) => Options.Durability == Durability.Journal || MayKeepJournal ? null : "a test does not want it";
        agent.JournalStart.Capacity = JournalCapacity;
        agent.JournalStart.BootedAt = BootedAt;
        await agent.StartAsync(CancellationToken.None);
        if (AwaitsJournal && (Options.Durability == Durability.Journal || MayKeepJournal))
        {
            Clock.Advance(CurrentJournal.LayOutAfter);
            await agent.JournalOpening.WaitAsync(TimeSpan.FromSeconds(60));
        }

        return agent;
    }

    /// <summary>Lets the time pass until an agent's journal is open.</summary>
    public async Task AwaitJournalAsync(MaildirAgent agent)
    {
        var began = Environment.TickCount64;
        while (await Task.WhenAny(agent.JournalOpening, Task.Delay(20)) != agent.JournalOpening)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            Assert.True(Environment.TickCount64 - began < 60_000, "the journal is not opened");
        }
    }

    public AllocationContext Attempt() => new("maildir", Sequences);

    /// <summary>A user as the host makes him: options of his own, with what was forced on him.</summary>
    public EffectiveUser User(string name = Alice, long version = 1, string? path = null, ByteSize? quota = null, long? count = null, Allocation? allocation = null) => new(
        new UserRecord { Name = name, Version = version, Allocation = allocation },
        new MaildirOptions
        {
            Path = path ?? Options.Path,
            Quota = quota ?? Options.Quota,
            QuotaCount = count ?? Options.QuotaCount,
            FirstUid = Options.FirstUid,
            LastUid = Options.LastUid,
            Gid = Options.Gid,
        });

    /// <summary>Allocates a user and opens his mailbox, as if the record had been written.</summary>
    public async Task<IMailbox> MailboxAsync(MaildirAgent agent, string name = Alice, long version = 1, string? path = null, ByteSize? quota = null, long? count = null)
    {
        var allocation = await agent.AllocateAsync(User(name, version, path), Attempt(), CancellationToken.None);
        return Open(agent, User(name, version + 1, path, quota, count, allocation));
    }

    public static IMailbox Open(MaildirAgent agent, EffectiveUser user) => Assert.IsType<ParseResult.Ready>(agent.Parse(user)).Mailbox;

    public static Mail Mail(string content = "Subject: hello\n\nworld\n", string? folder = null, string? detail = null, DateTimeOffset? arrival = null, bool isSpooled = false)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        return new Mail
        {
            DeliveryId = "d",
            TransactionId = "t",
            Sender = "bob@example.net",
            OriginalRecipient = Alice,
            User = Alice,
            Folder = folder,
            Detail = detail,
            Arrival = arrival ?? DateTimeOffset.UtcNow,
            Header = "Return-Path: <bob@example.net>\n"u8.ToArray(),
            Content = isSpooled ? new SpooledContent(bytes) : MailContent.FromMemory(bytes),
        };
    }

    /// <summary>Every file and directory below a path, relative, in order.</summary>
    public static IReadOnlyList<string> Tree(string path) =>
        [.. Directory.EnumerateFileSystemEntries(path, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Select(entry => Path.GetRelativePath(path, entry)).Order(StringComparer.Ordinal)];

    public static string[] Files(string path) => Directory.Exists(path) ? Directory.GetFiles(path) : [];

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents)
            await agent.StopAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);
        Directory.Delete(Base, recursive: true);
    }
}
