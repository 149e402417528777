using MailStore.Sdk;

namespace MailStore.LiteDb.Storage;

/// <summary>Turns what file system and LiteDB throw into what an administrator can act on.</summary>
internal static class StorageFault
{
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    /// <summary>Of a fault at the start.</summary>
    public static Exception AtStart(string path, Exception e) => e switch
    {
        ModuleConfigurationException or TemporaryFailureException => e,
        DamagedDatabaseException => new ModuleConfigurationException(Damaged(path, e), e),
        IOException when IsFull(e) => WhileRunning(path, e),
        UnauthorizedAccessException or IOException => new ModuleConfigurationException(
            $"the user database {path} cannot be opened: {e.Message}; the user that runs mailstore must be able to read and write the file and its directory", e),
        _ => new ModuleConfigurationException(Damaged(path, e), e),
    };

    /// <summary>Of a fault later on: the MTA keeps the mail and tries again.</summary>
    public static Exception WhileRunning(string path, Exception e) => e switch
    {
        TemporaryFailureException => e,
        ModuleConfigurationException => new TemporaryFailureException(e.Message, e),
        DamagedDatabaseException => new TemporaryFailureException(Damaged(path, e), e),
        IOException when IsFull(e) => new TemporaryFailureException($"no room left for the user database {path}: {e.Message}; free space on that disk", e) { StorageFull = true },
        UnauthorizedAccessException or IOException => new TemporaryFailureException($"the user database {path} cannot be read or written: {e.Message}", e),
        _ => new TemporaryFailureException(Damaged(path, e), e),
    };

    private static bool IsFull(Exception e) => e.HResult is NoSpace or QuotaExceeded;

    private static string Damaged(string path, Exception e) =>
        $"the user database {path} is damaged: {e.Message}. Stop mailstore, restore {Path.GetFileName(path)} from the backup and remove "
        + $"{Path.GetFileName(DatabaseFolder.JournalOf(path))}; or move both away to start without users";
}
