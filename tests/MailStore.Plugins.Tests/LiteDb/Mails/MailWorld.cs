using System.Text;
using MailStore.LiteDb.Mails;
using MailStore.LiteDb.Mails.Files;
using MailStore.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.LiteDb.Mails;

/// <summary>A data directory of a test's own, and agents over it.</summary>
internal sealed class MailWorld : IAsyncDisposable
{
    public const string Alice = "alice@example.org";

    private readonly List<LiteDbAgent> _agents = [];

    public string Base { get; } = Directory.CreateTempSubdirectory("mailstore-litedb-").FullName;

    public string Data => Directory.CreateDirectory(Path.Combine(Base, "data")).FullName;

    public LiteDbAgentOptions Options { get; set; } = new();

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>The default file of alice.</summary>
    public string AliceFile => Path.Combine(Data, "litedb/example.org/alice.db");

    public async Task<LiteDbAgent> StartAsync(IMailFileOpener? opener = null)
    {
        var agent = new LiteDbAgent(Options, NullLogger.Instance, Clock, new ModuleContext("litedb", Data), opener);
        _agents.Add(agent);
        await agent.StartAsync(default);
        return agent;
    }

    public async Task StopAsync(LiteDbAgent agent)
    {
        _agents.Remove(agent);
        await agent.StopAsync(default);
        await agent.DisposeAsync();
    }

    public EffectiveUser User(string name = Alice, long version = 1, Allocation? allocation = null, ByteSize? quota = null, long? count = null, string? path = null) => new(
        new UserRecord { Name = name, Version = version, Allocation = allocation },
        new LiteDbAgentOptions { Path = path ?? Options.Path, Quota = quota, QuotaCount = count, MaxOpenFiles = Options.MaxOpenFiles });

    public async Task<Allocation> AllocateAsync(LiteDbAgent agent, string name = Alice, long version = 1, string? path = null) =>
        await agent.AllocateAsync(User(name, version, path: path), new AllocationContext("litedb", null), default);

    /// <summary>Allocates a user and opens his mailbox, as if the record had been written.</summary>
    public async Task<LiteDbMailbox> MailboxAsync(LiteDbAgent agent, string name = Alice, long version = 1, ByteSize? quota = null, long? count = null, string? path = null) =>
        Open(agent, User(name, version + 1, await AllocateAsync(agent, name, version, path), quota, count, path));

    public static LiteDbMailbox Open(LiteDbAgent agent, EffectiveUser user) =>
        Assert.IsType<LiteDbMailbox>(Assert.IsType<ParseResult.Ready>(agent.Parse(user)).Mailbox);

    public static Mail Mail(string content = "Subject: hello\n\nworld\n", string? folder = null, DateTimeOffset? arrival = null) => Mail(Encoding.UTF8.GetBytes(content), folder, arrival);

    public static Mail Mail(byte[] content, string? folder = null, DateTimeOffset? arrival = null) => new()
    {
        DeliveryId = "d1",
        TransactionId = "t",
        Sender = "bob@example.net",
        OriginalRecipient = "Alice+Lists@example.org",
        User = Alice,
        Folder = folder,
        Arrival = arrival ?? DateTimeOffset.UtcNow,
        Header = default,
        Content = MailContent.FromMemory(content),
    };

    public static async Task<byte[]?> ReadAsync(IReadableMailbox mailbox, string id)
    {
        await using var stream = await mailbox.OpenAsync(id, default);
        if (stream is null)
            return null;
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes);
        return bytes.ToArray();
    }

    public static async Task<List<StoredMail>> ListAsync(IReadableMailbox mailbox) => await mailbox.ListAsync(default).ToListAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents)
        {
            await agent.StopAsync(default);
            await agent.DisposeAsync();
        }

        Directory.Delete(Base, recursive: true);
    }
}
