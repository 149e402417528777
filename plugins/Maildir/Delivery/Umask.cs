namespace MailStore.Maildir.Delivery;

/// <summary>The umask that the process was started with. Reading it does not change it, which umask(2) would, for all threads.</summary>
internal static class Umask
{
    private const string Key = "Umask:";

    /// <summary>Whether it takes rights from the owner himself, so that modes must be set again after a file was made.</summary>
    public static bool HidesFromOwner { get; } = Read();

    private static bool Read()
    {
        try
        {
            var line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Key, StringComparison.Ordinal));
            return line is null || (Convert.ToInt32(line[Key.Length..].Trim(), 8) & Places.Modes.File) != 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            // no /proc: one system call more for each mail
            return true;
        }
    }
}
