using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MailStore.Host.Configuration;

namespace MailStore.Host.Modules;

/// <summary>Writes <c>modules.lock</c>.</summary>
internal static class ModulesLockWriter
{
    // everybody may read it: a server that runs as another user than the one who pins has to, and there is no secret in it
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const string Introduction = """
        # What the plugins here looked like when they were pinned, by 'mailstore module pin'. One that has changed since is refused.
        # If you changed a plugin yourself, pin it again; 'mailstore module pin --remove NAME' lets it go.

        """;

    /// <summary>
    /// Changes the file of a modules directory, for one caller at a time: the new one is written beside it, made durable, and put in its place by a rename, so that whoever
    /// reads meanwhile, and a power cut, finds the old one or the new one whole.
    /// </summary>
    /// <param name="mistakes">Gets what is wrong with the file as it is; it stays then.</param>
    /// <returns>As it is now; null if it could not be read.</returns>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static ModulesLock? Change(string modulesDirectory, Func<ModulesLock, ModulesLock> change, ICollection<Mistake> mistakes)
    {
        using var alone = FileLock.TakeFolder(modulesDirectory);
        var before = mistakes.Count;
        var old = ModulesLock.Read(modulesDirectory, mistakes);
        if (mistakes.Count > before)
            return null;
        var changed = change(old);
        Write(modulesDirectory, Text(changed));
        return changed;
    }

    public static string Text(ModulesLock modules)
    {
        var text = new StringBuilder(Introduction.ReplaceLineEndings("\n"));
        text.Append(CultureInfo.InvariantCulture, $"\nformat = {ModulesLockReader.Format}\n");
        foreach (var pin in modules.Pins)
        {
            var title = $"{ModulesLockReader.PluginTable}.{TomlText.Key(pin.Name)}";
            text.Append(CultureInfo.InvariantCulture, $"\n[{title}]\n");
            if (pin.Version is { } version)
                text.Append(CultureInfo.InvariantCulture, $"version = {TomlText.String(version)}\n");
            if (pin.Sdk is { } sdk)
                text.Append(CultureInfo.InvariantCulture, $"sdk     = {TomlText.String(sdk)}\n");
            text.Append(CultureInfo.InvariantCulture, $"pinned  = \"{pin.Pinned.UtcDateTime.ToString(ModulesLockReader.TimeFormat, CultureInfo.InvariantCulture)}\"\n");
            text.Append(CultureInfo.InvariantCulture, $"\n[{title}.{ModulesLockReader.FilesTable}]\n");
            foreach (var (file, hash) in pin.Files)
                text.Append(CultureInfo.InvariantCulture, $"{TomlText.Key(file)} = \"{ModulesLockReader.HashPrefix}{hash}\"\n");
        }

        return text.ToString();
    }

    private static void Write(string folder, string text)
    {
        var target = ModulesLock.PathIn(folder);
        var part = Path.Combine(folder, $".{ModulesLock.FileName}.{RandomNumberGenerator.GetHexString(12, lowercase: true)}.part");
        try
        {
            using (var file = new FileStream(part, FileMode.CreateNew, FileAccess.Write))
            {
                // whatever the umask
                File.SetUnixFileMode(file.SafeFileHandle, Mode);
                file.Write(Encoding.UTF8.GetBytes(text));
                file.Flush();
                SystemCalls.Sync(file.SafeFileHandle, part);
            }

            File.Move(part, target, overwrite: true);
        }
        catch
        {
            File.Delete(part);
            throw;
        }

        SystemCalls.SyncFolder(folder);
    }
}
