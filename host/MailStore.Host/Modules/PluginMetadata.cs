using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace MailStore.Host.Modules;

/// <summary>What an assembly says of itself in its metadata, read without loading it.</summary>
/// <param name="Announcements">Its <c>MailStoreModule</c> attributes: name and class.</param>
internal sealed record PluginMetadata(IReadOnlyList<PluginMetadata.Announcement> Announcements, string? Version, string? SdkVersion)
{
    /// <summary>One <c>MailStoreModule</c> attribute.</summary>
    /// <param name="Contracts">The kinds whose contract the class implements.</param>
    /// <param name="TypeFound">Whether the class is in the same assembly.</param>
    internal sealed record Announcement(
        string? Name, string? TypeName, bool TypeFound, IReadOnlyList<Configuration.ModuleKind> Contracts, string? Description);

    /// <summary>Reads a file.</summary>
    /// <param name="problem">Why it could not be read; null if it could.</param>
    /// <returns>Null if it could not be read.</returns>
    public static PluginMetadata? TryRead(string path, out PluginProblem? problem)
    {
        try
        {
            using var file = new PEReader(File.OpenRead(path));
            if (!file.HasMetadata)
            {
                problem = NoAssembly(path, "is a native library, not a .NET assembly");
                return null;
            }

            problem = null;
            return new PluginMetadataReader(file.GetMetadataReader()).Read();
        }
        catch (BadImageFormatException)
        {
            problem = NoAssembly(path, "is not a .NET assembly, or is damaged");
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            problem = new PluginProblem($"{path} cannot be read: {exception.Message}", $"let the user '{Environment.UserName}' read it, or remove it");
            return null;
        }
    }

    private static PluginProblem NoAssembly(string path, string what) =>
        new($"{path} {what}", "copy the plugin's files again from where it was built or downloaded, or remove this one");
}
