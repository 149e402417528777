using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using MailStore.Host.Admin.Moving;
using MailStore.Host.Delivery;
using MailStore.Host.Modules;
using MailStore.Sdk;

namespace MailStore.Host.Admin.Importing;

/// <summary>Takes mails from elsewhere for a user, through his MDA. A user is not moved while mails of a request are stored for him.</summary>
internal sealed class MailImports(UserAdministration users, UserDirectory directory, ModuleSet modules, MoveLocks locks, IDelivery delivery, TimeProvider clock)
{
    /// <summary>What one request may bring.</summary>
    public const int MostMails = 256;

    private const int Readers = 8;
    private const int Attempts = 20;
    private const int LongestLine = 16 * 1024;

    private readonly Allocator _allocator = new(directory, modules, null);

    /// <summary>Says what is there, by the content of each mail.</summary>
    public async IAsyncEnumerable<KnownMail> ListKnownAsync(string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var mailbox = await OpenAsync(name, cancellationToken);
        var some = new List<StoredMail>();
        await foreach (var mail in mailbox.Reading.ListAsync(cancellationToken))
        {
            some.Add(mail);
            if (some.Count < MostMails)
                continue;
            foreach (var known in await KnowAsync(mailbox, some, cancellationToken))
                yield return known;
            some.Clear();
        }

        foreach (var known in await KnowAsync(mailbox, some, cancellationToken))
            yield return known;
    }

    /// <summary>Says which folder mails for a folder come to be in, and makes it.</summary>
    public async Task<ImportFolder> FindFolderAsync(string name, string folder, CancellationToken cancellationToken)
    {
        var import = (await OpenAsync(name, cancellationToken)).Import;
        var isKept = (await import.GetFidelityAsync(cancellationToken)).HasFolders && await import.TryCreateFolderAsync(folder, cancellationToken);
        return new ImportFolder(isKept ? folder : null);
    }

    /// <summary>Stores the mails of a request.</summary>
    /// <param name="body">Mails, each behind an <see cref="ImportedMail"/>.</param>
    public async Task<IReadOnlyList<ImportedMailResult>> ImportAsync(string name, PipeReader body, CancellationToken cancellationToken)
    {
        // allocates him, if need be: that may want the same lock
        _ = await OpenAsync(name, cancellationToken);
        var mails = new List<LoadedMail>();
        try
        {
            while (await ReadHeadAsync(body, cancellationToken) is { } head)
            {
                if (mails.Count == MostMails)
                    throw new AdminException(ExitCode.DataError, "the request has too many mails");
                mails.Add(await ReadMailAsync(body, head, cancellationToken));
            }

            return [.. (await StoreAsync(name, mails, cancellationToken)).Select(ResultOf)];
        }
        finally
        {
            mails.ForEach(mail => mail.Dispose());
        }
    }

    /// <summary>The user is not moved meanwhile. What is slow, as the one who sends the mails may be, comes before.</summary>
    private async Task<IReadOnlyList<DeliveryResult>> StoreAsync(string name, List<LoadedMail> mails, CancellationToken cancellationToken)
    {
        if (mails.Count == 0)
            return [];
        await using var turn = await locks.EnterAsync((await users.FindAsync(name, cancellationToken)).Name, cancellationToken);
        using var whole = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, turn.Lost);
        try
        {
            var mailbox = await MovedMailbox.OfAsync(directory, await FindLatestAsync(name, whole.Token), whole.Token);
            var handedOver = new List<Mail>();
            foreach (var mail in mails)
                handedOver.Add(await mail.ForAsync(name, mail.Listed.Flags, clock.GetUtcNow(), whole.Token));
            var results = await StoreAsync(mailbox, handedOver, mails, whole.Token);
            // a mover on another host may have looked at this place for the last time before they came to it
            turn.Lost.ThrowIfCancellationRequested();
            return results;
        }
        catch (ModuleFaultException fault) when (fault.Late is not null)
        {
            turn.KeepUntil(fault.Late);
            throw;
        }
        catch (OperationCanceledException) when (turn.Lost.IsCancellationRequested)
        {
            throw new AdminException(ExitCode.TemporaryFailure, $"the lock of user '{name}' was lost, so that another host may move him, without mails that were just stored; import again, which adds what is missing");
        }
    }

    private static async Task<IReadOnlyList<DeliveryResult>> StoreAsync(MovedMailbox mailbox, List<Mail> mails, List<LoadedMail> loaded, CancellationToken cancellationToken)
    {
        try
        {
            return await mailbox.Import.ImportAsync(mails, cancellationToken);
        }
        catch
        {
            // the call may still be under way: its memory is not used again
            loaded.ForEach(mail => mail.Content.Abandon());
            throw;
        }
    }

    private static ImportedMailResult ResultOf(DeliveryResult result) => result.Status switch
    {
        DeliveryStatus.Stored => new ImportedMailResult(result.Folder, null),
        DeliveryStatus.TooLarge => new ImportedMailResult(null, result.Detail, ExitCode.DataError),
        _ => new ImportedMailResult(null, result.Detail, ExitCode.TemporaryFailure),
    };

    private static async Task<KnownMail[]> KnowAsync(MovedMailbox mailbox, List<StoredMail> some, CancellationToken cancellationToken)
    {
        var known = new KnownMail?[some.Count];
        await Parallel.ForAsync(0, some.Count, new ParallelOptions { MaxDegreeOfParallelism = Readers, CancellationToken = cancellationToken }, async (i, token) =>
        {
            await using var mail = await mailbox.Reading.OpenAsync(some[i].Id, token);
            if (mail is not null)
                known[i] = new KnownMail(some[i].Folder, (await MailHash.OfAsync(mail, token)).ToString("x32", CultureInfo.InvariantCulture));
        });
        return [.. known.OfType<KnownMail>()];
    }

    /// <summary>The user's mailbox; a user who never had mail is allocated, as by his first one.</summary>
    private async Task<MovedMailbox> OpenAsync(string name, CancellationToken cancellationToken)
    {
        var record = await users.FindAsync(name, cancellationToken);
        if (record.Settings.ContainsKey(Configuration.HostKeys.Alias))
            throw new AdminException(ExitCode.DataError, $"'{record.Name}' is an alias: import for the user who gets his mail");
        if ((await directory.ParseAsync(record, cancellationToken)).Result is ParseResult.Incomplete)
        {
            record = await modules.Creator.CreateAsync(record, _allocator, directory.Users, cancellationToken)
                ?? throw new AdminException(ExitCode.NoUser, $"user '{record.Name}' was removed meanwhile");
        }

        return await MovedMailbox.OfAsync(directory, record, cancellationToken);
    }

    /// <summary>
    /// The record as it is: in a cluster another host may have moved him a moment ago, and a read may not tell yet. A mover looks for mails that came late by their arrival, which
    /// imported ones have from elsewhere. That a record can be written shows that it is no old one.
    /// </summary>
    private async Task<UserRecord> FindLatestAsync(string name, CancellationToken cancellationToken)
    {
        if (modules.Users is not ISharedUserDatabase)
            return await users.FindAsync(name, cancellationToken);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await directory.Users.TryReplaceAsync(await users.FindAsync(name, cancellationToken), CancellationToken.None) is { } record)
                return record;
        }

        throw new AdminException(ExitCode.TemporaryFailure, $"the record of '{name}' was changed by others {Attempts} times meanwhile; try again");
    }

    private static async Task<ImportedMail?> ReadHeadAsync(PipeReader body, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var head = JsonSerializer.Deserialize(read.Buffer.Slice(0, end).ToArray(), AdminJson.Default.ImportedMail);
                body.AdvanceTo(read.Buffer.GetPosition(1, end));
                return head;
            }

            if (read.IsCompleted && read.Buffer.IsEmpty)
                return null;
            if (read.IsCompleted || read.Buffer.Length > LongestLine)
                throw new AdminException(ExitCode.DataError, "the request breaks off");
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private async Task<LoadedMail> ReadMailAsync(PipeReader body, ImportedMail head, CancellationToken cancellationToken)
    {
        var content = delivery.CreateBuffer();
        try
        {
            for (var left = head.Size; left > 0;)
            {
                var read = await body.ReadAsync(cancellationToken);
                var piece = read.Buffer.Slice(0, Math.Min(left, read.Buffer.Length));
                foreach (var segment in piece)
                    content.Write(segment.Span);
                left -= piece.Length;
                body.AdvanceTo(piece.End);
                await content.FlushAsync(cancellationToken);
                if (left > 0 && read.IsCompleted)
                    throw new AdminException(ExitCode.DataError, "the request breaks off in the middle of a mail");
            }

            return new LoadedMail(new StoredMail("", head.Size, head.Arrival, head.Flags, head.Folder), content, default);
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }
}
