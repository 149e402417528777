using MailStore.Maildir.Interop;

namespace MailStore.Maildir.Journal;

/// <summary>
/// Whether a journal can be kept: it stands on a file system that keeps changes of metadata in order over a power cut, and on the same one as the mail.
/// </summary>
internal static class JournalGround
{
    // since this one syncfs tells of files that could not be written
    private static readonly Version FirstKernel = new(5, 8);

    /// <summary>Looks at the directories.</summary>
    /// <param name="folder">Where the journal is to be.</param>
    /// <param name="root">Where the mail is.</param>
    /// <returns>What is wrong and what to do; null if all is well.</returns>
    public static string? FindFault(string folder, string root)
    {
        if (Environment.OSVersion.Version < FirstKernel)
            return $"the kernel is {Environment.OSVersion.Version}, and before {FirstKernel} it does not tell whether a file system could be synced";
        if (FileStatus.TryGet(folder) is not { } status || FileStatus.TryGet(root) is not { } mail)
            return $"{folder} or {root} is not there";
        if (status.Device != mail.Device)
            return $"the journal in {folder} and the mail in {root} are on two file systems, and one sync must reach both; put data_dir and the mail on one";
        var (major, minor) = status.Device;
        return KindOf($"{major}:{minor}") switch
        {
            "xfs" => null,
            "ext4" when HasJournal($"/sys/dev/block/{major}:{minor}") => null,
            "ext4" => $"the file system of {folder} is ext4 without a journal, or /sys does not tell, and without one it does not keep changes in order (tune2fs -O has_journal gives it one)",
            var kind => $"the file system of {folder} is {kind ?? "unknown"}, and the order in which changes reach the disk is known of ext4 and xfs only",
        };
    }

    // the last mount of the device; all have the same file system
    private static string? KindOf(string device) =>
        File.ReadLines("/proc/self/mountinfo").Where(line => line.Split(' ')[2] == device).Select(line => line[(line.IndexOf(" - ", StringComparison.Ordinal) + 3)..].Split(' ')[0]).LastOrDefault();

    private static bool HasJournal(string device)
    {
        try
        {
            var name = Directory.ResolveLinkTarget(device, returnFinalTarget: true)?.Name;
            return name is not null && !File.ReadAllText($"/sys/fs/ext4/{name}/journal_task").StartsWith("<none>", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
