using System.Security.Cryptography;
using System.Text;

namespace MailStore.Host.Modules;

/// <summary>Tells whether two copies of a plugin are the same: one SHA-256 over the names and the contents of all its files.</summary>
internal static class PluginFingerprint
{
    /// <param name="folder">Where the files are.</param>
    /// <param name="files">Paths relative to it.</param>
    /// <returns>In lower-case hexadecimal digits; null if a file cannot be read.</returns>
    public static string? Of(string folder, IEnumerable<string> files)
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        try
        {
            foreach (var file in files.Order(StringComparer.Ordinal))
            {
                using var content = File.OpenRead(Path.Combine(folder, file));
                all.AppendData(SHA256.HashData(Encoding.UTF8.GetBytes(file)));
                all.AppendData(SHA256.HashData(content));
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        return Convert.ToHexStringLower(all.GetHashAndReset());
    }

    /// <summary>Of a plugin as it lies in modules.d now.</summary>
    public static string? Of(PluginFile plugin) => Of(Path.GetDirectoryName(plugin.Path)!, plugin.Files);
}
