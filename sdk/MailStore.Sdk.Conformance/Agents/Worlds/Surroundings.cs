namespace MailStore.Sdk.Conformance;

/// <summary>
/// Puts the data directory some levels down into the scratch place, with things beside and above it that are none of the module's business. So deep, that no name
/// that the kit uses leads out of the scratch place, whatever a module makes of it.
/// </summary>
internal sealed class Surroundings
{
    private static readonly string[] Levels = ["srv", "a", "b", "c", "d", "e"];

    private readonly IReadOnlyList<string> _before;

    public Surroundings(ModuleContext scratch)
    {
        Root = scratch.DataDirectory;
        var path = Root;
        foreach (var level in (string[])[.. Levels, "data"])
        {
            File.WriteAllText(Path.Combine(path, "passwd"), "none of the module's business\n");
            Directory.CreateDirectory(Path.Combine(path, "etc"));
            path = Directory.CreateDirectory(Path.Combine(path, level)).FullName;
        }

        Place = new ModuleContext(scratch.Instance, path);
        _before = State();
    }

    /// <summary>The scratch place: above the data directory.</summary>
    public string Root { get; }

    public ModuleContext Place { get; }

    /// <exception cref="ConformanceException">Something was touched.</exception>
    public void ExpectUntouched()
    {
        var change = DirectoryState.FindChange(_before, State());
        Expect.That(change is null, $"something outside of the data directory {Place.DataDirectory} was touched: {change}");
    }

    private IReadOnlyList<string> State() => DirectoryState.Of(Root, path => path == Place.DataDirectory);
}
