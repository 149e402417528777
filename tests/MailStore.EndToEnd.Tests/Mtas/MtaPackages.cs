using System.Collections.Concurrent;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.Mtas;

/// <summary>The MTAs that the tests of this collection share, each unpacked once.</summary>
public sealed class MtaPackages : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mailstore-mtas-").FullName;
    private readonly ConcurrentDictionary<string, Task<string>> _roots = [];

    /// <returns>The folder that <c>tests/mta run</c> takes.</returns>
    public Task<string> PrepareAsync(string package) => _roots.GetOrAdd(package, async name =>
    {
        var root = Path.Combine(_directory, name);
        await Tools.RunAsync(Path.Combine(RepositoryRoot.Path, "tests", "mta"), ["prepare", name, root]);
        return root;
    });

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
