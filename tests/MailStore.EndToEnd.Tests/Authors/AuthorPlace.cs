using System.Security;
using System.Text.RegularExpressions;

namespace MailStore.EndToEnd.Tests.Authors;

/// <summary>
/// The machine of an author: a home directory outside of the repository, where MailStore's packages come from the packed folder and from nowhere else. Other
/// packages come from where the machine gets them, or from its cache.
/// </summary>
internal sealed partial class AuthorPlace : IDisposable
{
    private const string Feed = "mailstore";
    private readonly Dictionary<string, string> _environment;

    private AuthorPlace()
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("mailstore-author-").FullName;
        Packages = Path.Combine(Directory, "mailstore-packages");
        _environment = new Dictionary<string, string>
        {
            ["HOME"] = Directory,
            ["DOTNET_CLI_HOME"] = Directory,
            ["NUGET_PACKAGES"] = Path.Combine(Directory, ".packages"),
        };
    }

    /// <summary>The author's home, where he works.</summary>
    public string Directory { get; }

    /// <summary>MailStore's packages; further ones may be laid there by <see cref="PackAsync"/>.</summary>
    public string Packages { get; }

    /// <param name="packages">The packed packages.</param>
    /// <param name="ownPackages">Ids of further packages that come from the folder only.</param>
    public static async Task<AuthorPlace> MakeAsync(PackedPackages packages, params string[] ownPackages)
    {
        var place = new AuthorPlace();
        var nowhere = new Dictionary<string, string>();
        var cache = (await DotNet.RunAsync(place.Directory, nowhere, "dotnet", "nuget", "locals", "global-packages", "--list")).Succeeded().Output.Split(": ", 2)[1].Trim();
        var sources = EnabledSource().Matches((await DotNet.RunAsync(place.Directory, nowhere, "dotnet", "nuget", "list", "source")).Succeeded().Output);

        TestPlace.CopyFolder(packages.Directory, place.Packages);
        var mapping = string.Concat(sources.Select(source => $"<packageSource key=\"{SecurityElement.Escape(source.Groups["name"].Value)}\"><package pattern=\"*\" /></packageSource>"));
        var own = string.Concat(ownPackages.Prepend("MailStore.*").Select(pattern => $"<package pattern=\"{pattern}\" />"));
        await File.WriteAllTextAsync(Path.Combine(place.Directory, "nuget.config"), $"""
            <configuration>
              <packageSourceMapping>{mapping}<packageSource key="{Feed}">{own}</packageSource></packageSourceMapping>
              <fallbackPackageFolders><add key="cache of the machine" value="{SecurityElement.Escape(cache)}" /></fallbackPackageFolders>
            </configuration>
            """);

        // the sources of whoever runs the tests, and how to get at them
        var configured = Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "NuGet", "NuGet.Config");
        if (File.Exists(configured))
        {
            var target = Path.Combine(place.Directory, ".nuget", "NuGet", "NuGet.Config");
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(configured, target);
        }

        return place;
    }

    /// <summary>What the documentation has everybody do first.</summary>
    public async Task InstallTemplatesAsync()
    {
        (await RunAsync(Directory, "dotnet", "nuget", "add", "source", Packages, "--name", Feed)).Succeeded();
        (await RunAsync(Directory, "dotnet", "new", "install", System.IO.Directory.GetFiles(Packages, "MailStore.Templates.*.nupkg").Single())).Succeeded();
    }

    public Task<CommandResult> RunAsync(string directory, params string[] command) => DotNet.RunAsync(directory, _environment, command);

    /// <summary>As one types it, in a shell that stops at the first mistake.</summary>
    /// <param name="script">What is typed.</param>
    /// <param name="host">The installed program, which is on the PATH; its modules.d is $MODULES.</param>
    public Task<CommandResult> RunScriptAsync(string script, InstalledHost host) => DotNet.RunAsync(
        Directory,
        new Dictionary<string, string>(_environment)
        {
            ["PATH"] = $"{host.Directory}:{Environment.GetEnvironmentVariable("PATH")}",
            ["MODULES"] = host.Modules,
        },
        "bash", "-euo", "pipefail", "-c", script);

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    [GeneratedRegex(@"^\s+\d+\.\s+(?<name>.+) \[Enabled\]", RegexOptions.Multiline)]
    private static partial Regex EnabledSource();
}
