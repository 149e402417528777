namespace MailStore.Sdk.Conformance;

/// <summary>Puts the data directory two levels down into the scratch place, with things beside and above it that are none of the module's business.</summary>
internal sealed class Surroundings
{
    private readonly string _root;
    private readonly IReadOnlyList<string> _before;

    public Surroundings(ModuleContext scratch)
    {
        _root = scratch.DataDirectory;
        var beside = Path.Combine(_root, "srv");
        Place = new ModuleContext(scratch.Instance, Directory.CreateDirectory(Path.Combine(beside, "data")).FullName);
        foreach (var directory in (string[])[_root, beside])
        {
            File.WriteAllText(Path.Combine(directory, "passwd"), "none of the module's business\n");
            Directory.CreateDirectory(Path.Combine(directory, "etc"));
        }

        _before = State();
    }

    public ModuleContext Place { get; }

    /// <exception cref="ConformanceException">Something was touched.</exception>
    public void ExpectUntouched()
    {
        var change = DirectoryState.FindChange(_before, State());
        Expect.That(change is null, $"something outside of the data directory {Place.DataDirectory} was touched: {change}");
    }

    // the time of change of the directory above is its own: the data directory's name stands in it
    private IReadOnlyList<string> State() => DirectoryState.Of(_root, path => path == Place.DataDirectory);
}
