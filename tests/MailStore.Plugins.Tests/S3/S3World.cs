using System.Collections.Concurrent;
using System.Text;
using MailStore.Plugins.Tests.Maildir;
using MailStore.S3;
using MailStore.Sdk;
using MailStore.Tests;

namespace MailStore.Plugins.Tests.S3;

/// <summary>A bucket of a test's own, and agents over it.</summary>
internal sealed class S3World : IAsyncDisposable
{
    public const string Alice = "alice@example.org";

    private readonly List<S3Agent> _agents = [];

    private S3World(string endpoint, string bucket) =>
        Options = new S3Options { Endpoint = endpoint, Bucket = bucket, CredentialsFile = Path.Combine(Folder, "keys"), Timeout = TimeSpan.FromSeconds(30) };

    /// <summary>The data directory.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("mailstore-s3-").FullName;

    public S3Options Options { get; }

    public ConcurrentQueue<string> Log { get; } = new();

    public TimeProvider Clock { get; set; } = TimeProvider.System;

    public static async Task<S3World> CreateAsync(RgwFixture fixture) => Create(fixture.Server.Endpoint, await fixture.NewBucketAsync());

    public static S3World Over(ScriptedS3 server) => Create(server.Endpoint, "bucket");

    public static void WriteKeys(string path)
    {
        File.WriteAllText(path, $"[default]\naws_access_key_id = {CephRgw.AccessKey}\naws_secret_access_key = {CephRgw.SecretKey}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static S3World Create(string endpoint, string bucket)
    {
        var world = new S3World(endpoint, bucket);
        WriteKeys(world.Options.CredentialsFile);
        return world;
    }

    /// <summary>An agent as on a host of its own, started.</summary>
    public async Task<S3Agent> StartAsync()
    {
        var agent = new S3Agent(Options, new ListLogger<S3Agent>(Log), Clock, new ModuleContext("s3", Folder));
        _agents.Add(agent);
        await agent.StartAsync(CancellationToken.None);
        return agent;
    }

    public async Task StopAsync(S3Agent agent)
    {
        _agents.Remove(agent);
        await agent.StopAsync(CancellationToken.None);
        agent.Dispose();
    }

    public EffectiveUser User(string name = Alice, long version = 1, Allocation? allocation = null) =>
        new(new UserRecord { Name = name, Version = version, Allocation = allocation }, Options);

    public static AllocationContext Attempt() => new("s3", null);

    /// <summary>Allocates a user and opens his mailbox, as if the record had been written.</summary>
    public async Task<IMailbox> MailboxAsync(S3Agent agent, string name = Alice, long version = 1)
    {
        var allocation = await agent.AllocateAsync(User(name, version), Attempt(), CancellationToken.None);
        return Open(agent, User(name, version + 1, allocation));
    }

    public static IMailbox Open(S3Agent agent, EffectiveUser user) => Assert.IsType<ParseResult.Ready>(agent.Parse(user)).Mailbox;

    public static Mail Mail(string content = "Subject: hello\n\nworld\n", string? folder = null) => Mail(Encoding.UTF8.GetBytes(content), folder);

    public static Mail Mail(byte[] content, string? folder = null) => Mail(MailContent.FromMemory(content), folder);

    public static Mail Mail(MailContent content, string? folder = null) => new()
    {
        DeliveryId = $"d{Guid.NewGuid():n}",
        TransactionId = "t",
        Sender = "bob@example.net",
        OriginalRecipient = "Alice+Grüße@example.org",
        User = Alice,
        Folder = folder,
        Arrival = DateTimeOffset.UtcNow,
        Header = "Return-Path: <bob@example.net>\n"u8.ToArray(),
        Content = content,
    };

    public static async Task<List<StoredMail>> ListAsync(IMailbox mailbox)
    {
        var mails = new List<StoredMail>();
        await foreach (var mail in ((IReadableMailbox)mailbox).ListAsync(CancellationToken.None))
            mails.Add(mail);
        return mails;
    }

    /// <summary>Another program for S3, with the same server and keys.</summary>
    public Task<string> S3cmdAsync(params string[] arguments) => Shell.RunAsync(
        "s3cmd",
        [
            "--config=/dev/null", $"--access_key={CephRgw.AccessKey}", $"--secret_key={CephRgw.SecretKey}", "--no-ssl", "--no-progress",
            $"--host={new Uri(Options.Endpoint).Authority}", $"--host-bucket={new Uri(Options.Endpoint).Authority}", .. arguments,
        ]);

    /// <summary>Puts an object as another program would.</summary>
    public async Task PutAsync(string key, string text)
    {
        var file = Path.Combine(Folder, "object");
        await File.WriteAllTextAsync(file, text);
        await S3cmdAsync("put", file, $"s3://{Options.Bucket}/{key}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var agent in _agents)
        {
            await agent.StopAsync(CancellationToken.None);
            agent.Dispose();
        }

        Directory.Delete(Folder, recursive: true);
    }
}
