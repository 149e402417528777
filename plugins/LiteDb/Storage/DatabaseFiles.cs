namespace MailStore.LiteDb.Storage;

/// <summary>The open files of one database, held for as long as the module runs.</summary>
/// <param name="Path">The data file, for messages.</param>
/// <param name="Data">The data file; holding it open locks the database.</param>
/// <param name="Journal">The journal.</param>
/// <param name="Created">Whether the database was made just now.</param>
/// <param name="RemoveJournal">Removes the journal's file, after an orderly end: then the one file is the whole database.</param>
internal sealed record DatabaseFiles(string Path, IBlockFile Data, IBlockFile Journal, bool Created, Action RemoveJournal) : IDisposable
{
    public void Dispose()
    {
        Journal.Dispose();
        Data.Dispose();
    }
}
