using System.Security.Cryptography;

namespace MailStore.Host.Modules;

/// <summary>SHA-256 of files.</summary>
internal static class FileHashes
{
    /// <param name="files">Relative to the folder.</param>
    /// <exception cref="IOException">One cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">One may not be read.</exception>
    public static IReadOnlyDictionary<string, string> Of(string folder, IEnumerable<string> files)
    {
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            var path = Path.Combine(folder, file);
            // a pipe would have its reader wait for ever
            if (!SystemCalls.Status(path, follow: true).IsFile)
                throw new IOException($"{path} is no regular file");
            using var content = File.OpenRead(path);
            hashes.Add(file, Convert.ToHexStringLower(SHA256.HashData(content)));
        }

        return hashes;
    }
}
