using System.Buffers;
using MailStore.Host.Admin;
using MailStore.Host.Admin.Importing;
using MailStore.Host.Admin.Moving;
using MailStore.Host.Configuration;
using MailStore.Host.Delivery;
using MailStore.Host.Modules;
using MailStore.Host.Tests.Configuration;
using MailStore.Host.Tests.Delivery;
using MailStore.Host.Tests.Modules;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Host.Tests.Moving;

/// <summary>A host whose users move between the MDAs <c>first</c> (the default) and <c>second</c>, all in memory, behind their real boundaries.</summary>
internal sealed class MoveOffice : IDisposable
{
    public const string Alice = "alice@example.org";

    private readonly ModuleSet _modules;

    /// <param name="isShared">Whether other hosts have the user database open, too.</param>
    /// <param name="callTimeout">How long a call of a module may take.</param>
    /// <param name="first">Options in <c>[mda.first]</c>.</param>
    /// <param name="second">Options in <c>[mda.second]</c>.</param>
    /// <param name="tables">More tables of the configuration.</param>
    public MoveOffice(bool isShared = false, string callTimeout = "60s", string first = "", string second = "", string tables = "")
    {
        Configuration = ConfigFolder.LoadRight($"mda = \"first\"\ncreator = \"fake\"\nuserdb = \"fake\"\n[modules]\ncall_timeout = \"{callTimeout}\"\n[mda.first]\n{first}\n[mda.second]\n{second}\n{tables}\n");
        var agents = Configuration.Modules.Where(section => section.Kind == ModuleKind.Mda).Select(section => Instance(
            section.Kind, section.Instance, section.Instance == "first" ? First : Second, typeof(FakeOptions), section.OptionsTable));
        Shared = isShared ? new SharedFakeUsers(Users) : null;
        _modules = new ModuleSet([.. agents, Instance(ModuleKind.Creator, "fake", new FakeCreator()), Instance(ModuleKind.Userdb, "fake", Shared is null ? Users : Shared)], "fake", "fake", Log);
        Start();
    }

    public HostConfiguration Configuration { get; }

    public MovableAgent First { get; } = new("first");

    public MovableAgent Second { get; } = new("second");

    public FakeUsers Users { get; } = new();

    /// <summary>Over <see cref="Users"/>; null if no other host has them open.</summary>
    public SharedFakeUsers? Shared { get; }

    public FakeTimeProvider Clock { get; } = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    public RecordingLoggerFactory Log { get; } = new();

    public DeliveryService Delivery { get; private set; } = null!;

    public UserAdministration Administration { get; private set; } = null!;

    public UserMover Mover { get; private set; } = null!;

    public MoveLocks Locks { get; private set; } = null!;

    public MailImports Imports { get; private set; } = null!;

    public UserRecord Record => Users.Peek(Alice)!;

    /// <summary>Where her mail is delivered to.</summary>
    public MovableMailbox Mailbox => MailboxOf(Record);

    /// <summary>The host begins anew, and knows only what records and storage say.</summary>
    public void Start()
    {
        Delivery?.Dispose();
        var directory = new UserDirectory(Configuration, _modules);
        Delivery = new DeliveryService(Configuration, _modules, directory, Log.CreateLogger<DeliveryService>(), Clock);
        Locks = new MoveLocks(_modules, Clock);
        Administration = new UserAdministration(Configuration, directory, [.. _modules.Mdas.Keys], Locks);
        Imports = new MailImports(Administration, directory, _modules, Locks, Delivery, Clock);
        Mover = new UserMover(
            Administration, directory, _modules, Locks, new MoveDrain(Configuration.Options, _modules, Delivery.UnderWay, Clock), Delivery,
            Log.CreateLogger<UserMover>(), Clock);
    }

    public MovableMailbox MailboxOf(UserRecord record) => (record.Allocation!.Mda == "first" ? First : Second).Of(record.Allocation);

    /// <summary>The mailbox that her record does not deliver to, while she moves.</summary>
    public MovableMailbox OtherMailbox => MailboxOf(MoveState.Of(Record)!.OtherOf(Record));

    /// <summary>Adds her, allocated at <c>first</c>.</summary>
    public async Task<MovableMailbox> AddAliceAsync(params (string Key, string Value)[] settings)
    {
        Users.Put(Alice, settings);
        Assert.Equal(250, await SendAsync("Subject: first\n\nfirst\n"));
        return Mailbox;
    }

    /// <summary>Delivers a mail to her.</summary>
    /// <returns>The code of the reply.</returns>
    public async Task<int> SendAsync(string text = "Subject: hello\n\nhello\n", ForwardedClient? forwarded = null)
    {
        var recipient = (await Delivery.ResolveAsync(Alice, default)).Recipient;
        Assert.NotNull(recipient);
        using var content = Delivery.CreateBuffer();
        content.Write(System.Text.Encoding.Latin1.GetBytes(text));
        var envelope = new MailEnvelope { Sender = "sender@example.com", ClientName = "mx", ClientAddress = "127.0.0.1", Protocol = "LMTP", Forwarded = forwarded };
        return (await Assert.Single(Delivery.Start(envelope, [recipient], content, default))).Code;
    }

    /// <summary>Moves her to <c>second</c>, unless it says otherwise.</summary>
    /// <returns>The last line.</returns>
    public async Task<MoveLine> MoveAsync(Func<MoveRequest, MoveRequest>? with = null, Action<MoveLine>? hear = null, CancellationToken cancellationToken = default)
    {
        var request = new MoveRequest { Name = Alice, Mda = "second" };
        MoveLine? last = null;
        await Mover.MoveAsync(with?.Invoke(request) ?? request, line =>
        {
            last = line;
            hear?.Invoke(line);
            return Task.CompletedTask;
        }, cancellationToken);
        Assert.NotNull(last);
        Assert.NotNull(last.Outcome);
        return last;
    }

    public void Dispose()
    {
        Delivery.Dispose();
        foreach (var instance in _modules.Instances)
            instance.Boundary.Dispose();
        Log.Dispose();
    }

    private ModuleInstance Instance(ModuleKind kind, string name, object module, Type? optionsType = null, ConfigTable? table = null) =>
        new(module, new ModuleBoundary(new ModuleIdentity(kind, name, name, $"{name}.dll"), Configuration.Options.Modules, Log, Clock))
        {
            OptionsType = optionsType,
            Table = table,
        };
}
