using MailStore.Host.Configuration;
using MailStore.Host.Modules;

namespace MailStore.Host.Tests.Modules;

/// <summary>A temporary modules.d and data directory, and configurations that point there.</summary>
internal sealed class ModulesHome : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("mailstore-tests-").FullName;
    private int _line;

    public ModulesHome() => Directory.CreateDirectory(Modules);

    public string Modules => Path.Combine(_root, "modules.d");

    public string Data { get; set; } = "";

    public string DataDirectory => Data.Length > 0 ? Data : Path.Combine(_root, "data");

    public RecordingLoggerFactory Log { get; } = new();

    public ModulesOptions Options { get; } = new();

    /// <summary>Whatever <see cref="Load"/> constructs.</summary>
    public ModuleRoster Roster { get; set; } = new();

    public IReadOnlyList<Mistake> Mistakes { get; set; } = [];

    public string[] RunFolders => Directory.Exists(Path.Combine(DataDirectory, "run")) ? Directory.GetDirectories(Path.Combine(DataDirectory, "run")) : [];

    public static string Fixture(string name) => Path.Combine(AppContext.BaseDirectory, "fixtures", "plugins", name);

    /// <summary>Puts a plugin of the fixtures into modules.d.</summary>
    /// <returns>Its folder.</returns>
    public string Add(string fixture, string? folder = null)
    {
        var target = Path.Combine(Modules, folder ?? fixture.ToLowerInvariant());
        CopyOver(fixture, target);
        return target;
    }

    /// <summary>Writes over what is there as <c>cp</c> does: into the same files.</summary>
    public static void CopyOver(string fixture, string folder)
    {
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(Fixture(fixture)))
        {
            using var source = File.OpenRead(file);
            using var target = new FileStream(Path.Combine(folder, Path.GetFileName(file)), FileMode.OpenOrCreate, FileAccess.Write);
            target.SetLength(0);
            source.CopyTo(target);
        }
    }

    public string Write(string path, byte[] content)
    {
        var full = Path.Combine(Modules, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllBytes(full, content);
        return full;
    }

    /// <summary>A section as of <c>[mda.instance]</c>, on a line of its own.</summary>
    public ModuleSection Section(ModuleKind kind, string instance, string? module = null, params (string Key, object Value)[] options)
    {
        var line = _line += 10;
        var table = new ConfigTable($"[{kind.ToText()}.{instance}]", "mailstore.toml", line, 1);
        foreach (var (key, value) in options)
            table.Entries.Add(new ConfigEntry(key, value, "mailstore.toml", ++line, 3));
        return new ModuleSection(kind, instance, module ?? instance, table, new ConfigEntry("module", module ?? instance, "mailstore.toml", table.Line, 5));
    }

    public ModuleSection Mda(string instance, string? module = null, params (string Key, object Value)[] options) =>
        Section(ModuleKind.Mda, instance, module, options);

    /// <summary>A configuration of these MDAs, and of the fixtures' creator and database.</summary>
    public HostConfiguration Configuration(params ModuleSection[] mdas) => ConfigurationOf(
    [
        .. mdas,
        Section(ModuleKind.Creator, "misbehaving"),
        Section(ModuleKind.Userdb, "misbehaving"),
    ]);

    public HostConfiguration ConfigurationOf(params ModuleSection[] sections) => new()
    {
        File = "mailstore.toml",
        Options = new HostOptions { Creator = "misbehaving", Userdb = "misbehaving", Modules = Options },
        DataDirectory = DataDirectory,
        ModulesDirectory = Modules,
        Modules = sections,
        Domains = new Dictionary<string, ConfigTable>(),
        Root = null,
        Mistakes = Mistakes,
    };

    public ModuleSet Load(params ModuleSection[] mdas)
    {
        if (!Directory.Exists(Path.Combine(Modules, "misbehaving")))
            Add("Misbehaving");
        return ModuleSet.Load(Configuration(mdas), Log, TimeProvider.System, Roster);
    }

    /// <summary>The mistakes that a configuration is refused for.</summary>
    public IReadOnlyList<string> Refusals(HostConfiguration configuration)
    {
        var exception = Assert.Throws<ConfigurationException>(() => ModuleSet.Load(configuration, Log, TimeProvider.System));
        Assert.Empty(RunFolders);
        return [.. exception.Mistakes.Select(mistake => mistake.ToString())];
    }

    public void Dispose()
    {
        Log.Dispose();
        Directory.Delete(_root, recursive: true);
    }
}
