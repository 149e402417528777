namespace MailStore.Host.Configuration;

/// <summary>The modules directory that came with the program: beside it where it was installed, above it where it was built.</summary>
internal static class ModulesOfTheProgram
{
    /// <summary>The nearest folder of the name in the program's directory or one above it; null if there is none.</summary>
    public static string? Find(string programDirectory, string name)
    {
        for (var folder = new DirectoryInfo(programDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, name);
            // where everybody may write (/tmp), somebody may have put modules of his own
            if (Directory.Exists(candidate) && !IsOpenToAll(folder.FullName) && !IsOpenToAll(candidate))
                return candidate;
        }

        return null;
    }

    private static bool IsOpenToAll(string folder) => File.GetUnixFileMode(folder).HasFlag(UnixFileMode.OtherWrite);
}
