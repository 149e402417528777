using MailStore.Host.Configuration;
using MailStore.Host.Delivery;
using MailStore.Host.Modules;
using MailStore.Sdk;
using MailStore.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace MailStore.Benchmarks;

/// <summary>The plugin of the fixtures that does nothing, loaded as a server loads it.</summary>
internal sealed class IdleModules : IDisposable
{
    public const string User = "alice@example.org";

    private readonly ModuleSet _modules;
    private readonly HostConfiguration _configuration;
    private readonly DirectoryInfo _data;

    private IdleModules(ModuleSet modules, HostConfiguration configuration, DirectoryInfo data)
    {
        (_modules, _configuration, _data) = (modules, configuration, data);
        var user = new EffectiveUser(new UserRecord { Name = User, Version = 1 }, null);
        Mailbox = ((ParseResult.Ready)modules.Mdas["idle"].Agent.Parse(user)).Mailbox;
    }

    /// <summary>As deliveries get it.</summary>
    public IMailbox Mailbox { get; }

    public static IdleModules Load()
    {
        var data = Directory.CreateTempSubdirectory("mailstore-bench-");
        var configuration = new HostConfiguration
        {
            File = null,
            Options = new HostOptions { Mda = "idle", Creator = "misbehaving", Userdb = "misbehaving" },
            DataDirectory = data.FullName,
            ModulesDirectory = Path.Combine(RepositoryRoot.Path, "tests", "fixtures", "plugins", "bin", "Release"),
            Modules = [Section(ModuleKind.Mda, "idle"), Section(ModuleKind.Creator, "misbehaving"), Section(ModuleKind.Userdb, "misbehaving")],
            Domains = new Dictionary<string, ConfigTable>(),
            Root = null,
            Mistakes = [],
        };
        return new IdleModules(ModuleSet.Load(configuration, NullLoggerFactory.Instance, TimeProvider.System), configuration, data);
    }

    /// <summary>One that remembers nothing yet.</summary>
    public UserDirectory CreateDirectory() => new(_configuration, _modules);

    public void Dispose()
    {
        _modules.DisposeAsync().AsTask().GetAwaiter().GetResult(); // BenchmarkDotNet's cleanup is not asynchronous
        _data.Delete(recursive: true);
    }

    private static ModuleSection Section(ModuleKind kind, string name) => new(kind, name, name, null, null);
}
