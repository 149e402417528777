using MailStore.Tests;

namespace MailStore.EndToEnd.Tests;

/// <summary>A folder of a test's own, with a configuration in it; gone when the test is over.</summary>
internal sealed class TestPlace : IDisposable
{
    private readonly string _data;

    /// <param name="data">The data directory below <see cref="Directory"/>.</param>
    public TestPlace(string configuration = "", string? modulesDirectory = null, string data = "data")
    {
        _data = data;
        Directory = System.IO.Directory.CreateTempSubdirectory("mailstore-e2e-").FullName;
        Configure(configuration, modulesDirectory ?? MailStoreProgram.ModulesDirectory);
    }

    public string Directory { get; }

    public string DataDirectory => Path.Combine(Directory, _data);

    public string ConfigurationFile => Path.Combine(Directory, "mailstore.toml");

    /// <summary>The Maildir of a user whom nothing was forced on.</summary>
    public string MaildirOf(string user) => Path.Combine(DataDirectory, "mail", user.Split('@')[1], user.Split('@')[0]);

    /// <param name="tables">Top-level keys, then tables; the listener is on a free port unless it says otherwise.</param>
    public void Configure(string tables, string modulesDirectory)
    {
        var lmtp = tables.Contains("[lmtp]", StringComparison.Ordinal) ? "" : "\n[lmtp]\nlisten = [\"127.0.0.1:0\"]\n";
        File.WriteAllText(ConfigurationFile, $"data_dir = \"{_data}\"\nmodules_dir = '{modulesDirectory}'\n{tables}\n{lmtp}");
    }

    /// <summary>A modules.d of this test's own, with the plugins that come with the program and fixtures beside them.</summary>
    public string OwnModules(params string[] fixtures)
    {
        var own = Path.Combine(Directory, "modules.d");
        foreach (var plugin in System.IO.Directory.GetDirectories(MailStoreProgram.ModulesDirectory))
            CopyFolder(plugin, Path.Combine(own, Path.GetFileName(plugin)));
        foreach (var fixture in fixtures)
            CopyFolder(MailStoreProgram.FixturePlugin(fixture), Path.Combine(own, fixture));
        return own;
    }

    public Task<CommandResult> RunAsync(params string[] arguments) => MailStoreProgram.RunAsync(Directory, arguments);

    public async Task AddUsersAsync(IEnumerable<string> lines)
    {
        var file = Path.Combine(Directory, "users.txt");
        await File.WriteAllLinesAsync(file, lines);
        (await RunAsync("user", "import", file)).Succeeded();
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    public static void CopyFolder(string from, string to)
    {
        System.IO.Directory.CreateDirectory(to);
        foreach (var file in System.IO.Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
    }
}
