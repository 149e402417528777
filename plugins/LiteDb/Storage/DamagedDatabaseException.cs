namespace MailStore.LiteDb.Storage;

/// <summary>
/// The database file is not what was written to it. An <see cref="IOException"/>, because LiteDB closes its engine on those at once and
/// touches the file no more.
/// </summary>
internal sealed class DamagedDatabaseException(string what) : IOException(what);
