using System.Text.RegularExpressions;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.Authors;

/// <summary>A copy of what the packages are made of, as a fresh clone has it: without anything that was built.</summary>
internal sealed partial class SdkSources : IDisposable
{
    private static readonly Dictionary<string, string> NoEnvironment = [];

    public SdkSources()
    {
        Directory = System.IO.Directory.CreateTempSubdirectory("mailstore-sdk-").FullName;
        foreach (var file in (string[])["Directory.Build.props", "Directory.Packages.props", "global.json", ".editorconfig", "LICENSE"])
            File.Copy(Path.Combine(RepositoryRoot.Path, file), Path.Combine(Directory, file));
        Copy(Path.Combine(RepositoryRoot.Path, "sdk"), Path.Combine(Directory, "sdk"));
    }

    public string Directory { get; }

    /// <summary>The version in Directory.Build.props, with a suffix that no package cache has seen yet.</summary>
    public static string UniqueVersion { get; } =
        $"{VersionElement().Match(File.ReadAllText(Path.Combine(RepositoryRoot.Path, "Directory.Build.props"))).Groups["version"].Value}-test.{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}";

    public Task<CommandResult> PackAsync(string what, string output) =>
        DotNet.RunAsync(Directory, NoEnvironment, "dotnet", "pack", what, "-o", output, $"-p:Version={UniqueVersion}", "--nologo");

    public void Edit(string file, string from, string to)
    {
        var path = Path.Combine(Directory, file);
        var text = File.ReadAllText(path);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(from, to, StringComparison.Ordinal));
    }

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    private static void Copy(string from, string to)
    {
        TestPlace.CopyFolder(from, to);
        foreach (var folder in System.IO.Directory.GetDirectories(from).Where(folder => Path.GetFileName(folder) is not ("bin" or "obj")))
            Copy(folder, Path.Combine(to, Path.GetFileName(folder)));
    }

    [GeneratedRegex("<Version>(?<version>.*)</Version>")]
    private static partial Regex VersionElement();
}
