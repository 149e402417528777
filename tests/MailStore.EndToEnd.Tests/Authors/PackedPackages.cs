using System.IO.Compression;

namespace MailStore.EndToEnd.Tests.Authors;

/// <summary>The packages for authors, packed as the documentation says: <c>dotnet pack sdk -o DIR</c>.</summary>
public sealed class PackedPackages : IDisposable
{
    /// <summary>The folder that is all the feed that there is.</summary>
    public string Directory { get; } = System.IO.Directory.CreateTempSubdirectory("mailstore-packages-").FullName;

    /// <summary>Of all three.</summary>
    public static string Version => SdkSources.UniqueVersion;

    public async Task PackAsync()
    {
        using var sources = new SdkSources();
        (await sources.PackAsync("sdk", Directory)).Succeeded();
    }

    /// <summary>The files of a package, by their paths in it.</summary>
    public Dictionary<string, byte[]> Open(string package, string extension = ".nupkg") =>
        OpenFile(Directory, $"{package}.{Version}{extension}");

    public void Dispose() => System.IO.Directory.Delete(Directory, recursive: true);

    internal static Dictionary<string, byte[]> OpenFile(string directory, string file)
    {
        using var archive = ZipFile.OpenRead(Path.Combine(directory, file));
        return archive.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var content = entry.Open();
            using var copy = new MemoryStream();
            content.CopyTo(copy);
            return copy.ToArray();
        });
    }
}
