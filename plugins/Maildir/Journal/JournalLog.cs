using Microsoft.Extensions.Logging;

namespace MailStore.Maildir.Journal;

/// <summary>What is logged about the journal.</summary>
internal static partial class JournalLog
{
    [LoggerMessage(40, LogLevel.Error, "the journal takes no more mails until the next start: {Reason}; what it holds is kept for that start, and mails are synced one by one meanwhile. Look after the disk, then restart")]
    public static partial void Broken(ILogger logger, string reason);

    [LoggerMessage(41, LogLevel.Warning, "the journal {Path} held {Mails} mails of a server that ended suddenly: {Whole} were whole in their Maildirs, {Mended} torn and written again, {Restored} missing and stored again, {Removed} moved or removed by their readers, {Homeless} of Maildirs that are gone, {Aside} could not be stored and are kept aside")]
    public static partial void Replayed(ILogger logger, string path, int mails, int whole, int mended, int restored, int removed, int homeless, int aside);

    [LoggerMessage(42, LogLevel.Warning, "the mail {Name} in the journal was not stored again: {Reason}")]
    public static partial void Homeless(ILogger logger, string name, string reason);

    [LoggerMessage(43, LogLevel.Error, "mails are synced one by one instead of by the journal: {Reason}")]
    public static partial void Idle(ILogger logger, string reason);

    [LoggerMessage(46, LogLevel.Error, "the mail {Name} in the journal could not be stored in {Home}: {Reason}. It is kept as {Path}; when the place is mended, move it into its directory new")]
    public static partial void Aside(ILogger logger, string name, string home, string reason, string path);

    [LoggerMessage(45, LogLevel.Information, "durability = \"auto\" is {Durability} here: {Reason}")]
    public static partial void Chosen(ILogger logger, string durability, string reason);

    [LoggerMessage(44, LogLevel.Warning, "the marker of the journal {Path} is not what it was ({Reason}): mails that their readers removed in the last seconds may be there again")]
    public static partial void MarkerLost(ILogger logger, string path, string reason);
}
