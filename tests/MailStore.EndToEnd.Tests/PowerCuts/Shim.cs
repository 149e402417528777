using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.PowerCuts;

/// <summary>Libraries of the tests that stand between a program and the C library; made by gcc when they are needed.</summary>
internal static class Shim
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "shims");

    /// <summary>The environment of a program whose syncs of some files do nothing, and say that all went well.</summary>
    /// <param name="patterns">Of paths, as fnmatch(3) reads them.</param>
    public static async Task<IReadOnlyDictionary<string, string>> SkipSyncAsync(params string[] patterns) => new Dictionary<string, string>
    {
        ["LD_PRELOAD"] = await BuildAsync("skip-sync"),
        ["SKIP_SYNC"] = string.Join(':', patterns),
    };

    private static async Task<string> BuildAsync(string name)
    {
        var library = Path.Combine(Folder, $"{name}.so");
        var part = $"{library}.{Guid.NewGuid():n}";
        Directory.CreateDirectory(Folder);
        await Tools.RunAsync("gcc", ["-shared", "-fPIC", "-O2", "-Wall", "-Werror", "-o", part, Path.Combine(RepositoryRoot.Path, "tests", "fixtures", "shims", $"{name}.c")]);
        // other tests may do the same at this moment
        File.Move(part, library, overwrite: true);
        return library;
    }
}
