using System.Text;
using MailStore.Host.Admin;
using MailStore.Host.Admin.Moving;
using MailStore.Host.Configuration;
using MailStore.Host.Delivery;
using MailStore.Host.Modules;
using MailStore.Host.Tests.Modules;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Tests.Delivery;

/// <summary>The way of a mail over modules in memory, behind their boundaries.</summary>
internal sealed class DeliveryBench : IDisposable
{
    private readonly string _data = System.IO.Directory.CreateTempSubdirectory("mailstore-delivery-").FullName;
    private readonly List<ModuleBoundary> _boundaries = [];

    public DeliveryBench(TimeSpan? callTimeout = null, params string[] disabledDomains)
    {
        var modulesOptions = new ModulesOptions { CallTimeout = callTimeout ?? TimeSpan.FromSeconds(30) };
        Configuration = new HostConfiguration
        {
            File = null,
            Options = new HostOptions { Mda = "memory", Creator = "memory", Userdb = "memory", Modules = modulesOptions },
            DataDirectory = _data,
            ModulesDirectory = _data,
            Modules = [],
            Domains = disabledDomains.ToDictionary(domain => domain, Disabled),
            Root = null,
            Mistakes = [],
        };
        var modules = new ModuleSet(
            [InstanceOf(ModuleKind.Mda, Agent), InstanceOf(ModuleKind.Creator, Agent), InstanceOf(ModuleKind.Userdb, Users)], "memory", "memory", Log);
        Directory = new UserDirectory(Configuration, modules);
        Service = new DeliveryService(Configuration, modules, Directory, Log.CreateLogger<DeliveryService>(), TimeProvider.System);
        Administration = new UserAdministration(Configuration, Directory, ["memory"], new MoveLocks(modules, TimeProvider.System));

        ModuleInstance InstanceOf(ModuleKind kind, object module)
        {
            var boundary = new ModuleBoundary(new ModuleIdentity(kind, "memory", "memory", "memory.dll"), modulesOptions, Log, TimeProvider.System);
            _boundaries.Add(boundary);
            return new ModuleInstance(module, boundary);
        }
    }

    public HostConfiguration Configuration { get; }

    public MemoryUsers Users { get; } = new();

    public MemoryAgent Agent { get; } = new();

    public RecordingLoggerFactory Log { get; } = new();

    public UserDirectory Directory { get; }

    public DeliveryService Service { get; }

    public UserAdministration Administration { get; }

    public static Allocation AllocationOf(string id) => new() { Id = id, Mda = "memory", Form = 1 };

    /// <summary>The mailbox behind an allocation.</summary>
    public MemoryMailbox Mailbox(string allocation) => Agent.Mailboxes.GetOrAdd(allocation, _ => new MemoryMailbox());

    public async Task<RecipientDecision> ResolveAsync(string address) => await Service.ResolveAsync(address, CancellationToken.None);

    /// <summary>Delivers one mail to recipients who are all accepted.</summary>
    public async Task<IReadOnlyList<Reply>> DeliverAsync(string mail, params string[] recipients)
    {
        var accepted = new List<Recipient>();
        foreach (var recipient in recipients)
            accepted.Add((await ResolveAsync(recipient)).Recipient!);
        using var content = Service.CreateBuffer();
        System.Buffers.BuffersExtensions.Write(content, Encoding.Latin1.GetBytes(mail));
        var envelope = new MailEnvelope { Sender = "", ClientName = "client", ClientAddress = "local", Protocol = "LMTP" };
        return await Task.WhenAll(Service.Start(envelope, accepted, content, CancellationToken.None));
    }

    public void Dispose()
    {
        _boundaries.ForEach(boundary => boundary.Dispose());
        System.IO.Directory.Delete(_data, recursive: true);
    }

    private static ConfigTable Disabled(string domain)
    {
        var table = new ConfigTable($"[domain.\"{domain}\"]", "mailstore.toml", 1, 1);
        table.Entries.Add(new ConfigEntry(HostKeys.Enabled, false, "mailstore.toml", 2, 1));
        return table;
    }
}
