namespace MailStore.Host.Tests.Delivery;

/// <summary>A temporary folder, in which a spool directory may be made.</summary>
internal sealed class SpoolFolder : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("mailstore-spool-").FullName;

    /// <summary>Does not exist at first.</summary>
    public string Path => System.IO.Path.Combine(_root, "data", "spool");

    public IReadOnlyList<string> Files => Directory.Exists(Path) ? Directory.GetFileSystemEntries(Path) : [];

    /// <summary>Puts a file where the folder's parent should be.</summary>
    public void Obstruct() => File.WriteAllText(System.IO.Path.Combine(_root, "data"), "");

    public void Dispose() => Directory.Delete(_root, recursive: true);
}
