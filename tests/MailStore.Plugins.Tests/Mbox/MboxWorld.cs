using System.Text;
using MailStore.Mbox;
using MailStore.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.Mbox;

/// <summary>A data directory of a test's own, and agents over it.</summary>
internal sealed class MboxWorld : IAsyncDisposable
{
    public const string Alice = "alice@example.org";

    private readonly List<MboxAgent> _agents = [];

    public string Base { get; } = Directory.CreateTempSubdirectory("mailstore-mbox-").FullName;

    public string Data => Directory.CreateDirectory(Path.Combine(Base, "data")).FullName;

    public MboxOptions Options { get; set; } = new();

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>The default file of alice.</summary>
    public string AliceFile => FileOf("alice");

    public string FileOf(string local) => Path.Combine(Data, "mbox/example.org", local);

    /// <summary>What stands beside it, and itself.</summary>
    public IEnumerable<string> AliceFiles() => Directory.GetFiles(Path.GetDirectoryName(AliceFile)!).Select(path => Path.GetFileName(path)).OrderDescending(StringComparer.Ordinal);

    public async Task<MboxAgent> StartAsync()
    {
        var agent = new MboxAgent(Options, NullLogger<MboxAgent>.Instance, Clock, new ModuleContext("mbox", Data));
        _agents.Add(agent);
        await agent.StartAsync(default);
        return agent;
    }

    public async Task StopAsync(MboxAgent agent)
    {
        _agents.Remove(agent);
        await agent.StopAsync(default);
        agent.Dispose();
    }

    public EffectiveUser User(string name = Alice, long version = 1, Allocation? allocation = null, ByteSize? quota = null, long? count = null, string? path = null) => new(
        new UserRecord { Name = name, Version = version, Allocation = allocation },
        new MboxOptions { Path = path ?? Options.Path, Quota = quota, QuotaCount = count });

    public async Task<Allocation> AllocateAsync(MboxAgent agent, string name = Alice, long version = 1, string? path = null) =>
        await agent.AllocateAsync(User(name, version, path: path), new AllocationContext("mbox", null), default);

    /// <summary>Allocates a user and opens his mailbox, as if the record had been written.</summary>
    public async Task<MboxMailbox> MailboxAsync(MboxAgent agent, string name = Alice, long version = 1, ByteSize? quota = null, long? count = null, string? path = null) =>
        Open(agent, User(name, version + 1, await AllocateAsync(agent, name, version, path), quota, count, path));

    public static MboxMailbox Open(MboxAgent agent, EffectiveUser user) =>
        Assert.IsType<MboxMailbox>(Assert.IsType<ParseResult.Ready>(agent.Parse(user)).Mailbox);

    public static Mail Mail(string content = "Subject: hello\n\nworld\n", string sender = "bob@example.net", DateTimeOffset? arrival = null) =>
        Mail(MailContent.FromMemory(Encoding.Latin1.GetBytes(content)), sender, arrival);

    /// <summary>One to import.</summary>
    public static Mail Mail(string content, MailFlags flags) => Mail(MailContent.FromMemory(Encoding.Latin1.GetBytes(content)), flags: flags);

    public static Mail Mail(MailContent content, string sender = "bob@example.net", DateTimeOffset? arrival = null, MailFlags flags = MailFlags.None) => new()
    {
        DeliveryId = "d1",
        TransactionId = "t",
        Sender = sender,
        OriginalRecipient = "Alice+Lists@example.org",
        User = Alice,
        Arrival = arrival ?? DateTimeOffset.UtcNow,
        Header = "Delivered-To: alice@example.org\n"u8.ToArray(),
        Content = content,
        Flags = flags,
    };

    public static async Task<string> StoreAsync(IMailbox mailbox, Mail mail)
    {
        var result = await mailbox.DeliverAsync(mail, default);
        Assert.True(result.Status == DeliveryStatus.Stored, result.ToString());
        return result.StoredId!;
    }

    /// <summary>A mail as it is read back, without the header that the host put before it.</summary>
    public static async Task<string?> ReadAsync(IReadableMailbox mailbox, string id)
    {
        await using var stream = await mailbox.OpenAsync(id, default);
        if (stream is null)
            return null;
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return Encoding.Latin1.GetString(bytes.ToArray()).Replace("Delivered-To: alice@example.org\n", "", StringComparison.Ordinal);
    }

    public static async Task<List<StoredMail>> ListAsync(IReadableMailbox mailbox) => await mailbox.ListAsync(default).ToListAsync();

    /// <summary>All mails, each as it is read back.</summary>
    public static async Task<List<string>> ReadAllAsync(IReadableMailbox mailbox)
    {
        var mails = new List<string>();
        foreach (var mail in await ListAsync(mailbox))
            mails.Add((await ReadAsync(mailbox, mail.Id))!);
        return mails;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents)
        {
            await agent.StopAsync(default);
            agent.Dispose();
        }

        Directory.Delete(Base, recursive: true);
    }
}
