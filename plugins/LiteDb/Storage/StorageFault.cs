using MailStore.Sdk;

namespace MailStore.LiteDb.Storage;

/// <summary>Turns what file system and LiteDB throw into what an administrator can act on.</summary>
internal static class StorageFault
{
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    /// <summary>Of a fault at the start.</summary>
    public static Exception AtStart(DatabaseKind kind, string path, Exception e) => e switch
    {
        ModuleConfigurationException or TemporaryFailureException => e,
        DamagedDatabaseException => new ModuleConfigurationException(Damaged(kind, path, e), e),
        IOException when IsFull(e) => WhileRunning(kind, path, e),
        UnauthorizedAccessException or IOException => new ModuleConfigurationException(
            $"the {kind.Noun} {path} cannot be opened: {e.Message}; the user that runs mailstore must be able to read and write the file and its directory", e),
        _ => new ModuleConfigurationException(Damaged(kind, path, e), e),
    };

    /// <summary>Of a fault later on: the MTA keeps the mail and tries again.</summary>
    public static TemporaryFailureException WhileRunning(DatabaseKind kind, string path, Exception e) => e switch
    {
        TemporaryFailureException failure => failure,
        ModuleConfigurationException => new TemporaryFailureException(e.Message, e),
        DamagedDatabaseException => new TemporaryFailureException(Damaged(kind, path, e), e),
        IOException when IsFull(e) => Full(kind, path, e),
        UnauthorizedAccessException or IOException => new TemporaryFailureException($"the {kind.Noun} {path} cannot be read or written: {e.Message}", e),
        _ => new TemporaryFailureException(Damaged(kind, path, e), e),
    };

    /// <summary>Whether room is what lacked.</summary>
    public static bool IsFull(Exception e) => e.HResult is NoSpace or QuotaExceeded;

    private static TemporaryFailureException Full(DatabaseKind kind, string path, Exception e) =>
        new($"no room left for the {kind.Noun} {path}: {e.Message}; free space on that disk", e) { StorageFull = true };

    private static string Damaged(DatabaseKind kind, string path, Exception e) =>
        $"the {kind.Noun} {path} is damaged: {e.Message}. Stop mailstore, restore {Path.GetFileName(path)} from the backup and remove "
        + $"{Path.GetFileName(DatabaseFolder.JournalOf(path))}; or move both away to start without {kind.Contents}";
}
