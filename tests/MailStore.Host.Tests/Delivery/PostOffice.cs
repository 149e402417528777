using System.Buffers;
using MailStore.Host.Admin;
using MailStore.Host.Admin.Moving;
using MailStore.Host.Configuration;
using MailStore.Host.Delivery;
using MailStore.Host.Modules;
using MailStore.Host.Tests.Configuration;
using MailStore.Host.Tests.Modules;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Host.Tests.Delivery;

/// <summary>
/// The way of a mail and the administration of users, on fakes behind their real boundaries: MDAs <c>first</c> (the default) and <c>second</c>, a
/// creator and a user database.
/// </summary>
internal sealed class PostOffice : IDisposable
{
    public const string Alice = "alice@example.org";
    public const string Bob = "bob@example.org";
    public const string Carol = "carol@example.org";

    private readonly ModuleSet _modules;

    /// <param name="first">Options in <c>[mda.first]</c>.</param>
    /// <param name="tables">More tables of the configuration.</param>
    /// <param name="keys">More keys at the top level.</param>
    public PostOffice(string first = "", string tables = "", string keys = "")
    {
        Configuration = ConfigFolder.LoadRight($"mda = \"first\"\ncreator = \"fake\"\nuserdb = \"fake\"\n{keys}[mda.first]\n{first}\n[mda.second]\n{tables}\n");
        var agents = Configuration.Modules.Where(section => section.Kind == ModuleKind.Mda).Select(section => Instance(
            section.Kind, section.Instance, section.Instance == "first" ? First : Second, typeof(FakeOptions), section.OptionsTable));
        _modules = new ModuleSet([.. agents, Instance(ModuleKind.Creator, "fake", Creator), Instance(ModuleKind.Userdb, "fake", Users)], "fake", "fake", Log);
        ((GuardedUserDatabase)_modules.Users).IsReadOnly = Configuration.Options.UserdbReadOnly;
        Directory = new UserDirectory(Configuration, _modules);
        Delivery = new DeliveryService(Configuration, _modules, Directory, Log.CreateLogger<DeliveryService>(), Clock);
        Administration = new UserAdministration(Configuration, Directory, [.. _modules.Mdas.Keys], new MoveLocks(_modules, Clock));
        Reporter = new UserReporter(Configuration, Directory, Delivery);
    }

    public HostConfiguration Configuration { get; }

    public FakeAgent First { get; } = new();

    public FakeAgent Second { get; } = new();

    public FakeCreator Creator { get; } = new();

    public FakeUsers Users { get; } = new();

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public RecordingLoggerFactory Log { get; } = new();

    public UserDirectory Directory { get; }

    public DeliveryService Delivery { get; }

    public UserAdministration Administration { get; }

    public UserReporter Reporter { get; }

    /// <summary>The reply to RCPT, as code and enhanced code.</summary>
    public async Task<string> AskAsync(string address) => Codes((await Delivery.ResolveAsync(address, default)).Reply);

    public async Task<Recipient> AcceptAsync(string address)
    {
        var decision = await Delivery.ResolveAsync(address, default);
        Assert.Equal(250, decision.Reply.Code);
        return Assert.IsType<Recipient>(decision.Recipient);
    }

    /// <summary>Sends a mail to recipients that must be accepted.</summary>
    /// <returns>The replies after the data, as code and enhanced code.</returns>
    public async Task<string[]> SendAsync(params string[] addresses)
    {
        using var content = Content();
        return [.. (await Task.WhenAll(Start(content, await AcceptAllAsync(addresses)))).Select(Codes)];
    }

    public async Task<IReadOnlyList<Recipient>> AcceptAllAsync(params string[] addresses)
    {
        var recipients = new List<Recipient>();
        foreach (var address in addresses)
            recipients.Add(await AcceptAsync(address));
        return recipients;
    }

    public IReadOnlyList<Task<Reply>> Start(MailBuffer content, IReadOnlyList<Recipient> recipients, CancellationToken cancellationToken = default) =>
        Delivery.Start(
            new MailEnvelope { Sender = "sender@example.com", ClientName = "mx", ClientAddress = "127.0.0.1", Protocol = "LMTP" },
            recipients, content, cancellationToken);

    public MailBuffer Content(string text = "Subject: hello\n\nhello\n")
    {
        var content = Delivery.CreateBuffer();
        content.Write(System.Text.Encoding.Latin1.GetBytes(text));
        return content;
    }

    /// <summary>Turns the clock until something is over.</summary>
    public async Task PassUntilAsync(Task over)
    {
        for (var i = 0; !over.IsCompleted; i++)
        {
            Assert.True(i < 5_000, "not over after an hour");
            Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(over, Task.Delay(1));
        }
    }

    public static string Codes(Reply reply) => $"{reply.Code} {reply.Enhanced}";

    public void Dispose()
    {
        Delivery.Dispose();
        foreach (var instance in _modules.Instances)
            instance.Boundary.Dispose();
        Log.Dispose();
        // the folder of the configuration went when that was read; a mail that was spooled has made it again
        var folder = Path.GetDirectoryName(Configuration.DataDirectory)!;
        if (Path.GetFileName(folder).StartsWith("mailstore-config-", StringComparison.Ordinal) && System.IO.Directory.Exists(folder))
            System.IO.Directory.Delete(folder, recursive: true);
    }

    private ModuleInstance Instance(ModuleKind kind, string name, object module, Type? optionsType = null, ConfigTable? table = null) =>
        new(module, new ModuleBoundary(new ModuleIdentity(kind, name, name, $"{name}.dll"), Configuration.Options.Modules, Log, Clock))
        {
            OptionsType = optionsType,
            Table = table,
        };
}
