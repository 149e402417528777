using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.Packaging;

/// <summary>What all tests of the package share: a Debian to unpack, the package as tests/run built it, and one of a higher version.</summary>
public sealed class PackagesFixture : IAsyncLifetime
{
    public const string Higher = "9.0.0";

    private readonly string _directory = Directory.CreateTempSubdirectory("mailstore-packages-").FullName;

    /// <summary>The package, or null where it is not built.</summary>
    public static string? Built { get; } = Directory.Exists(Folder) ? Directory.GetFiles(Folder, "mailstore_*.deb").Order(StringComparer.Ordinal).LastOrDefault() : null;

    private static string Folder => Path.Combine(RepositoryRoot.Path, "host", "packaging", "bin");

    private string Archive { get; set; } = "";

    /// <summary>What the tests cannot do without; null if nothing is missing.</summary>
    public static string? Lack() => DebianRoot.Lack() ?? (Built is null ? "the package is not built; tests/run builds it" : null);

    public async Task InitializeAsync()
    {
        // skipped tests have their fixture made, too
        if (Lack() is not null)
            return;
        Archive = await DebianRoot.BaseAsync();
        var root = Path.Combine(_directory, "root");
        await Tools.RunAsync("dpkg-deb", ["--raw-extract", Built!, root]);
        var control = Path.Combine(root, "DEBIAN", "control");
        await File.WriteAllLinesAsync(control, (await File.ReadAllLinesAsync(control)).Select(line => line.StartsWith("Version:", StringComparison.Ordinal) ? $"Version: {Higher}" : line));
        // its maker has changed the configuration, too
        await File.AppendAllTextAsync(Path.Combine(root, "etc", "mailstore", "mailstore.toml"), "# changed by the maker\n");
        await Tools.RunAsync("dpkg-deb", ["--root-owner-group", "-Zgzip", "-z1", "--build", root, Path.Combine(_directory, "higher.deb")]);
        Directory.Delete(root, recursive: true);
    }

    public Task DisposeAsync()
    {
        Directory.Delete(_directory, recursive: true);
        return Task.CompletedTask;
    }

    /// <summary>A Debian with both packages in <c>/root</c>.</summary>
    internal async Task<DebianRoot> UnpackAsync()
    {
        var root = await DebianRoot.UnpackAsync(Archive);
        File.Copy(Built!, root.PathOf("/root/mailstore.deb"));
        File.Copy(Path.Combine(_directory, "higher.deb"), root.PathOf("/root/higher.deb"));
        return root;
    }
}
