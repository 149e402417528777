using MailStore.LiteDb.Storage;

namespace MailStore.LiteDb.Users;

/// <summary>
/// Copies the user database while it serves: into a file beside it that has no name, a megabyte at a time, with all other calls in between.
/// </summary>
internal sealed class UserBackup(StoreThread store, string path)
{
    /// <returns>The copy, from its start.</returns>
    public async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        DiskFile? file = null;
        try
        {
            file = await Task.Run(() => DiskFile.CreateNameless(path + "-backup"), cancellationToken).ConfigureAwait(false);
            var copy = new DatabaseCopy(file);
            while (!await store.SendAsync(new ReadRequest<bool>(users => users.CopyTo(copy), cancellationToken)).ConfigureAwait(false))
                cancellationToken.ThrowIfCancellationRequested();
            return copy.Fault is null ? file.ToStream() : throw copy.Fault;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file?.Dispose();
            throw StorageFault.WhileRunning(DatabaseKind.UserBackup, path, e);
        }
        catch
        {
            file?.Dispose();
            throw;
        }
    }
}
