using System.Globalization;
using System.Text;
using MailStore.Postgres.Mailboxes;
using MailStore.Sdk;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Plugins.Tests.Postgres;

/// <summary>A storage in a schema of its own, with a user.</summary>
internal sealed class AgentPlace : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static int _last;

    private AgentPlace(PostgresAgentOptions options)
    {
        Options = options;
        Agent = new PostgresAgent(options, NullLogger<PostgresAgent>.Instance, TimeProvider.System, new ModuleContext("postgres", Path.GetTempPath()));
    }

    public PostgresAgentOptions Options { get; }

    public PostgresAgent Agent { get; }

    public IMailbox Alice { get; private set; } = null!;

    /// <param name="connection">To a server.</param>
    /// <param name="change">Other options: a short timeout for who lets it run out, and for nobody else.</param>
    public static async Task<AgentPlace> OpenAsync(string connection, Action<PostgresAgentOptions>? change = null)
    {
        var options = new PostgresAgentOptions { Connection = connection, Schema = NewSchema(), Timeout = Patience };
        change?.Invoke(options);
        if (options.Timeout < Patience)
            await PrepareAsync(options, options.Timeout);
        var place = new AgentPlace(options);
        await place.Agent.StartAsync(default);
        place.Alice = await place.AddAsync("alice@example.org");
        return place;
    }

    public static string NewSchema() => string.Create(CultureInfo.InvariantCulture, $"s{Environment.ProcessId}_{Interlocked.Increment(ref _last)}");

    public async Task<IMailbox> AddAsync(string name)
    {
        var record = new UserRecord { Name = name, Version = 1 };
        var allocation = await Agent.AllocateAsync(new EffectiveUser(record, Options), new AllocationContext("postgres", null), default);
        return ((ParseResult.Ready)Agent.Parse(new EffectiveUser(record with { Allocation = allocation }, Options))).Mailbox;
    }

    public static Mail Mail(string id, int size = 1000) => new()
    {
        DeliveryId = id,
        TransactionId = "T" + id,
        Sender = "sender@example.net",
        OriginalRecipient = "alice@example.org",
        User = "alice@example.org",
        Arrival = DateTimeOffset.UtcNow,
        Header = Encoding.ASCII.GetBytes($"X-Delivery: {id}\n"),
        Content = MailContent.FromMemory(Encoding.ASCII.GetBytes("\n" + new string('x', size) + "\n")),
    };

    /// <summary>The deliveries whose mails are in the mailbox; one that is taken back after it was listed, or while it is read, is none of them.</summary>
    public static async Task<List<string>> ReadAsync(IMailbox mailbox)
    {
        var found = new List<string>();
        await foreach (var mail in ((IReadableMailbox)mailbox).ListAsync(default))
        {
            await using var stream = await ((IReadableMailbox)mailbox).OpenAsync(mail.Id, default);
            if (stream is null)
                continue;
            using var whole = new MemoryStream();
            try
            {
                await stream.CopyToAsync(whole);
            }
            catch (IOException) when (whole.Length < mail.Size)
            {
                // taken back while it was read
                Assert.Null(await ((IReadableMailbox)mailbox).OpenAsync(mail.Id, default));
                continue;
            }

            Assert.Equal(mail.Size, whole.Length);
            found.Add(Encoding.ASCII.GetString(whole.ToArray()).Split('\n')[0]["X-Delivery: ".Length..]);
        }

        return found;
    }

    public ValueTask DisposeAsync() => Agent.DisposeAsync();

    /// <summary>The tables are made and the code is compiled by one who has time for it.</summary>
    private static async Task PrepareAsync(PostgresAgentOptions options, TimeSpan timeout)
    {
        options.Timeout = Patience;
        await using (var place = new AgentPlace(options))
        {
            await place.Agent.StartAsync(default);
            var mailbox = await place.AddAsync("first@example.org");
            await mailbox.DeliverAsync(Mail("first"), default);
            await ((IMailboxRemoval)mailbox).RemoveAllAsync(default);
        }

        options.Timeout = timeout;
    }
}
