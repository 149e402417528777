using MailStore.Maildir.Interop;
using MailStore.Maildir.Paths;
using MailStore.Maildir.Quota;
using MailStore.Maildir.Reading;
using MailStore.Maildir.Workers;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Maildir.Delivery;

/// <summary>
/// Imports many mails into one mailbox, folder by folder: their files are written and synced by some workers side by side, then renamed in order, and their directory is
/// synced once for all.
/// </summary>
internal sealed class MailImporter(MailboxPlace place, PlaceState state, BoxOpener opener, FlagsMemory flags, WorkerPool workers, TimeProvider clock, ILogger logger)
{
    // syncs that run at once share commits of the file system's journal
    private const int Writers = 8;

    public async Task<IReadOnlyList<DeliveryResult>> ImportAsync(IReadOnlyList<Mail> mails, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var now = clock.GetUtcNow();
        // the names tell the order
        var files = mails.Select(mail => new ImportedFile(mail, UniqueName.ForImport(mail.Arrival, ImportOrder.Next(now), mail.Size, mail.SizeCrLf))).ToList();
        foreach (var folder in files.GroupBy(file => DirectoryOf(file.Mail)))
            await ImportAsync(folder.Key, [.. folder], cancellationToken);
        if (files.Any(file => file.Result is null) && files.All(file => file.Result?.Status != DeliveryStatus.Stored))
            throw new OperationCanceledException(cancellationToken);
        return [.. files.Select(file => file.Result ?? DeliveryResult.TemporaryFailure($"the import into {place.Home} was cancelled before this mail was stored"))];
    }

    public bool TryCreateFolder(string folder)
    {
        if (FolderName.ToDirectory(folder) is not { } directory)
            return false;
        using var home = opener.OpenHome();
        opener.OpenFolder(home, directory).Dispose();
        return true;
    }

    private static string? DirectoryOf(Mail mail) => mail.Folder is null ? null : FolderName.ToDirectory(mail.Folder);

    /// <summary>Gives each file its result, or none where it was cancelled.</summary>
    private async Task ImportAsync(string? directory, IReadOnlyList<ImportedFile> files, CancellationToken cancellationToken)
    {
        try
        {
            using var box = await workers.RunAsync(() => new ImportBox(opener, directory), cancellationToken);
            var isCounted = place.Limit.IsSet && directory != UsageScan.Trash;
            try
            {
                foreach (var file in isCounted ? files : [])
                    state.Quota.Enter(file.Name, file.Mail.Size);
                await Task.WhenAll(Enumerable.Range(0, Math.Min(Writers, files.Count)).Select(
                    writer => workers.RunAsync(() => Write(box, files.Where((_, i) => i % Writers == writer), cancellationToken), cancellationToken)));
                await workers.RunAsync(() => Commit(box, directory, files, isCounted, cancellationToken), cancellationToken);
            }
            finally
            {
                foreach (var file in isCounted ? files : [])
                    state.Quota.Abandon(file.Name);
                if (files.Any(file => file.IsWritten))
                    await workers.RunAsync(() => RemoveWritten(box, files), CancellationToken.None);
            }
        }
        catch (OperationCanceledException)
        {
            // what was stored before, of other folders, has its results
        }
        catch (PosixException e)
        {
            Fail(files, e);
        }
        catch (TemporaryFailureException e)
        {
            Fail(files, e);
        }
    }

    private void Write(ImportBox box, IEnumerable<ImportedFile> files, CancellationToken cancellationToken)
    {
        foreach (var file in files)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                MailWriter.Prepare(file.Mail, file.Name, box.Tmp, place.Ids, cancellationToken);
                file.IsWritten = true;
            }
            catch (PosixException e)
            {
                Fail([file], e);
            }
            catch (IOException e)
            {
                // of the host's stream, where the mail is read from
                file.Result = DeliveryResult.TemporaryFailure($"the mail for {place.Home} could not be read: {e.Message}");
            }
        }
    }

    private void Commit(ImportBox box, string? directory, IReadOnlyList<ImportedFile> files, bool isCounted, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var written = files.Where(file => file.IsWritten).ToList();
        foreach (var file in written)
        {
            file.IsWritten = false;
            try
            {
                Posix.Rename(box.Tmp, file.Name, file.HasFlags ? box.Cur : box.New, file.FinalName);
            }
            catch (PosixException e)
            {
                MailWriter.Remove(file.Name, box.Tmp);
                MailWriter.Remove(file.FinalName, box.New, box.Cur);
                Fail([file], e);
            }
        }

        Sync(box.Cur, directory, [.. written.Where(file => file.HasFlags && file.Result is null)]);
        Sync(box.New, directory, [.. written.Where(file => !file.HasFlags && file.Result is null)]);
        if (isCounted)
            Count(box, written.Where(file => file.Result?.Status == DeliveryStatus.Stored));
    }

    private void Sync(Descriptor part, string? directory, IReadOnlyList<ImportedFile> files)
    {
        if (files.Count == 0)
            return;
        try
        {
            Posix.Sync(part);
        }
        catch (PosixException e)
        {
            foreach (var file in files)
                MailWriter.Remove(file.FinalName, part);
            Fail(files, e);
            return;
        }

        foreach (var file in files)
        {
            var folder = directory is null ? null : file.Mail.Folder;
            if (file.HasFlags)
                flags.AddStored(file.Name, file.FinalName[file.Name.Length..]);
            file.Result = DeliveryResult.Stored(folder is null ? file.Name : $"{folder}/{file.Name}", folder);
        }
    }

    // The mails are stored, whatever becomes of the count.
    private void Count(ImportBox box, IEnumerable<ImportedFile> files)
    {
        var mailbox = new QuotaMailbox(box.Home, place.Limit, place.Ids, clock.GetUtcNow());
        try
        {
            state.Quota.Commit(mailbox, files.Select(file => file.Name));
        }
        catch (PosixException e)
        {
            MailboxLog.CountFailed(logger, e.Message);
            mailbox.DiscardCount();
        }
    }

    private static void RemoveWritten(ImportBox box, IReadOnlyList<ImportedFile> files)
    {
        foreach (var file in files.Where(file => file.IsWritten))
            MailWriter.Remove(file.Name, box.Tmp);
    }

    private static void Fail(IEnumerable<ImportedFile> files, Exception exception)
    {
        var isFull = exception is PosixException posix ? posix.Errno.IsFull() : exception is TemporaryFailureException { StorageFull: true };
        foreach (var file in files.Where(file => file.Result is null))
            file.Result = isFull ? DeliveryResult.StorageFull(exception.Message) : DeliveryResult.TemporaryFailure(exception.Message);
    }
}
