using System.Globalization;
using MailStore.Host.Delivery;
using MailStore.Sdk;

namespace MailStore.Host.Admin.Moving;

/// <summary>
/// Brings the mails of one place to another, pass by pass, while mail goes on arriving. A mail is known again by its id at the old place; what an earlier attempt has
/// brought is known by its folder and its content, so that an attempt that starts anew adds only what is missing.
/// </summary>
internal sealed class MailCopier(string user, MovedMailbox source, MailTarget target, Func<MailBuffer> newBuffer, TransferPace pace, TimeProvider clock)
{
    // what an import takes at once
    private const int MostMails = 256;
    private const long MostBytes = 16 << 20;

    /// <summary>Mails that are read side by side: a server far away answers many as fast as one.</summary>
    private const int Readers = 8;

    private readonly CopiedMails _copied = new();
    private readonly UnclaimedMails _unclaimed = new();
    private bool _isOwners;

    /// <summary>Told after each batch.</summary>
    public Func<Task> Progress { get; set; } = () => Task.CompletedTask;

    /// <summary>Mails that are at the new place.</summary>
    public long Mails => _copied.Count;

    public long Bytes { get; private set; }

    /// <summary>Finds out what an earlier attempt has brought. Called once, before the first pass.</summary>
    /// <param name="isOwners">Whether the owner has the mails that are there in his hands already, so that one is the same in whatever folder he has put it.</param>
    /// <param name="concerns">Which mails are looked at.</param>
    public async Task PrepareAsync(bool isOwners, Func<StoredMail, bool> concerns, CancellationToken cancellationToken)
    {
        _isOwners = isOwners;
        await target.PrepareAsync(cancellationToken);
        var some = new List<StoredMail>();
        await foreach (var mail in target.Reading.ListAsync(cancellationToken))
        {
            if (concerns(mail))
                some.Add(mail);
            if (some.Count == MostMails)
                await FindUnclaimedAsync(some, cancellationToken);
        }

        await FindUnclaimedAsync(some, cancellationToken);
    }

    /// <summary>Looks at all of the old place, and brings what is not at the new one.</summary>
    /// <param name="follows">What is done with mails that are at the new place already.</param>
    /// <param name="concerns">Which of the mails that are not known yet are looked at.</param>
    /// <returns>How many mails were brought.</returns>
    /// <exception cref="AdminException">The new place will never take a mail as it is.</exception>
    public async Task<int> PassAsync(Following follows, Func<StoredMail, bool> concerns, CancellationToken cancellationToken)
    {
        var (brought, bytes) = (0, 0L);
        var batch = new List<StoredMail>();
        _copied.BeginPass();
        await foreach (var mail in source.Reading.ListAsync(cancellationToken))
        {
            if (_copied.See(mail.Id) is { } flags)
            {
                // one that somebody has removed there is brought again
                if (follows == Following.Nothing || target.Kept(mail.Flags) == flags || await TryFollowFlagsAsync(mail, cancellationToken))
                    continue;
            }
            else if (!concerns(mail))
            {
                continue;
            }

            if (batch.Count == MostMails || (batch.Count > 0 && bytes + mail.Size > MostBytes))
            {
                brought += await CopyAsync(batch, follows, cancellationToken);
                bytes = 0;
            }

            batch.Add(mail);
            bytes += mail.Size;
        }

        brought += await CopyAsync(batch, follows, cancellationToken);
        if (follows == Following.All)
        {
            foreach (var id in _copied.Unseen)
            {
                // a list may miss a mail that a reader is just changing
                if (!await IsGoneAsync(id, cancellationToken))
                    continue;
                await target.Import.TryRemoveAsync(_copied.TargetOf(id), cancellationToken);
                _copied.Forget(id);
            }
        }

        return brought;
    }

    /// <summary>Removes at the new place what an earlier attempt has brought and whose mail is no more at the old one.</summary>
    public async Task RemoveUnclaimedAsync(CancellationToken cancellationToken)
    {
        foreach (var id in _unclaimed.TakeAll())
            await target.Import.TryRemoveAsync(id, cancellationToken);
    }

    /// <summary>Makes the folders of the old place, those without mail among them.</summary>
    /// <exception cref="AdminException">The new place cannot have one.</exception>
    public async Task BringFoldersAsync(CancellationToken cancellationToken)
    {
        if (source.Extras is not { } extras || !target.Fidelity.HasFolders)
            return;
        await foreach (var folder in extras.ListFoldersAsync(cancellationToken))
            _ = await target.FolderOfAsync(folder, cancellationToken);
    }

    /// <summary>Compares the list of the new place, to which nobody else brings mail yet, with what was brought: how many, and of each its folder, size, arrival and flags.</summary>
    /// <exception cref="TemporaryFailureException">They differ.</exception>
    public async Task VerifyAsync(CancellationToken cancellationToken)
    {
        var (count, sum) = (0L, UInt128.Zero);
        await foreach (var mail in target.Reading.ListAsync(cancellationToken))
        {
            count++;
            sum = unchecked(sum + CopiedMails.Summand(target.ListedOf(mail.Folder, mail.Size, mail.Arrival), target.Kept(mail.Flags)));
        }

        if (count == _copied.Count && sum == _copied.Sum)
            return;
        throw new TemporaryFailureException(string.Create(CultureInfo.InvariantCulture,
            $"mda '{target.Mda}' lists {count} mails of user '{user}' where {_copied.Count} were brought{(count == _copied.Count ? ", with other folders, sizes, arrivals or flags" : "")}; does anything else change them there? Try again"));
    }

    private async Task<int> CopyAsync(List<StoredMail> batch, Following follows, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
            return 0;
        var loaded = new LoadedMail?[batch.Count];
        try
        {
            await Parallel.ForAsync(0, batch.Count, Side(cancellationToken), async (i, token) => loaded[i] = await LoadAsync(batch[i], token));
            var missing = new List<LoadedMail>();
            var moved = new List<string>();
            foreach (var mail in loaded.OfType<LoadedMail>())
            {
                if (await TryClaimAsync(mail, follows, cancellationToken))
                    continue;
                // a pass that follows all removes at its end what was there before
                if (follows != Following.All && await FindMovedAsync(mail, cancellationToken) is { } before)
                {
                    if (follows == Following.Nothing)
                    {
                        _copied.Rename(before, mail.Listed.Id);
                        continue;
                    }

                    moved.Add(_copied.TargetOf(before));
                    _copied.Forget(before);
                }

                missing.Add(mail);
            }

            if (missing.Count > 0)
                await ImportAsync(missing, follows, cancellationToken);
            foreach (var id in moved)
                await target.Import.TryRemoveAsync(id, cancellationToken);
            Bytes += loaded.Sum(mail => mail?.Content.Length ?? 0);
            await Progress();
            await pace.KeepAsync(loaded.Sum(mail => mail?.Content.Length ?? 0), cancellationToken);
            return missing.Count;
        }
        finally
        {
            foreach (var mail in loaded)
                mail?.Dispose();
            batch.Clear();
        }
    }

    /// <returns>Null if its owner has removed it since it was listed.</returns>
    private async Task<LoadedMail?> LoadAsync(StoredMail listed, CancellationToken cancellationToken)
    {
        await using var mail = await source.Reading.OpenAsync(listed.Id, cancellationToken);
        if (mail is null)
            return null;
        var buffer = newBuffer();
        buffer.Expect(listed.Size);
        try
        {
            return new LoadedMail(listed, buffer, await MailHash.CopyAsync(mail, buffer, cancellationToken));
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    private async Task ImportAsync(List<LoadedMail> mails, Following follows, CancellationToken cancellationToken)
    {
        foreach (var mail in mails)
            _ = await target.FolderOfAsync(mail.Listed.Folder, cancellationToken);
        IReadOnlyList<DeliveryResult> results;
        try
        {
            var handedOver = new List<Mail>(mails.Count);
            foreach (var mail in mails)
                handedOver.Add(await mail.ForAsync(user, target.Kept(mail.Listed.Flags), clock.GetUtcNow(), cancellationToken));
            results = await target.Import.ImportAsync(handedOver, cancellationToken);
        }
        catch
        {
            // the call may still be under way: its memory is not used again
            mails.ForEach(mail => mail.Content.Abandon());
            throw;
        }

        var stored = mails.Zip(results).Where(pair => pair.Second.Status == DeliveryStatus.Stored).ToList();
        foreach (var (mail, result) in stored)
            _copied.Add(mail, result.StoredId!, target.ListedOf(result.Folder, mail.Content.Length, mail.Listed.Arrival), target.Kept(mail.Listed.Flags));
        await Parallel.ForEachAsync(stored, Side(cancellationToken), async (pair, token) => await target.VerifyAsync(pair.First, pair.Second.StoredId!, mayBeGone: follows == Following.Nothing, token));
        if (mails.Zip(results).FirstOrDefault(pair => pair.Second.Status == DeliveryStatus.TooLarge) is { First: { } large, Second: { } refusal })
        {
            // come since the survey; another try would come to the same
            throw new AdminException(ExitCode.DataError, string.Create(CultureInfo.InvariantCulture,
                $"mda '{target.Mda}' does not take mail '{large.Listed.Id}' of user '{user}', which has {large.Content.Length} bytes: {refusal.Detail}; raise its limit, or choose another MDA"));
        }

        if (results.FirstOrDefault(result => result.Status != DeliveryStatus.Stored) is { } failure)
        {
            throw new TemporaryFailureException($"mda '{target.Mda}' did not take a mail of user '{user}': {failure.Detail}")
            {
                StorageFull = failure.Status == DeliveryStatus.StorageFull,
            };
        }
    }

    private async Task<bool> TryClaimAsync(LoadedMail mail, Following follows, CancellationToken cancellationToken)
    {
        if (_unclaimed.IsEmpty)
            return false;
        var folder = await target.FolderOfAsync(mail.Listed.Folder, cancellationToken);
        if (_unclaimed.TryTake(mail.Hash, folder, target.Fidelity.HasArrival ? mail.Listed.Arrival : null, isExact: !_isOwners) is not { } there)
            return false;
        var (wanted, flags) = (target.Kept(mail.Listed.Flags), target.Kept(there.Flags));
        if (follows != Following.Nothing && flags != wanted && await target.Import.TrySetFlagsAsync(there.Id, wanted, cancellationToken))
            flags = wanted;
        _copied.Add(mail, there.Id, target.ListedOf(folder, mail.Content.Length, mail.Listed.Arrival), flags);
        return true;
    }

    /// <summary>Finds the mail that this one was before its owner put it into another folder of the old place.</summary>
    /// <returns>Its id there; null if this one has just come.</returns>
    private async Task<string?> FindMovedAsync(LoadedMail mail, CancellationToken cancellationToken)
    {
        foreach (var id in _copied.FindSame(mail))
        {
            if (await IsGoneAsync(id, cancellationToken))
                return id;
        }

        return null;
    }

    private async Task<bool> IsGoneAsync(string id, CancellationToken cancellationToken)
    {
        await using var mail = await source.Reading.OpenAsync(id, cancellationToken);
        return mail is null;
    }

    private async Task<bool> TryFollowFlagsAsync(StoredMail mail, CancellationToken cancellationToken)
    {
        if (await target.Import.TrySetFlagsAsync(_copied.TargetOf(mail.Id), target.Kept(mail.Flags), cancellationToken))
        {
            _copied.SetFlags(mail.Id, target.Kept(mail.Flags));
            return true;
        }

        _copied.Forget(mail.Id);
        return false;
    }

    private async Task FindUnclaimedAsync(List<StoredMail> some, CancellationToken cancellationToken)
    {
        var hashes = new UInt128?[some.Count];
        await Parallel.ForAsync(0, some.Count, Side(cancellationToken), async (i, token) =>
        {
            await using var mail = await target.Reading.OpenAsync(some[i].Id, token);
            if (mail is not null)
                hashes[i] = await MailHash.OfAsync(mail, token);
        });
        for (var i = 0; i < some.Count; i++)
        {
            if (hashes[i] is { } hash)
                _unclaimed.Add(hash, some[i]);
        }

        some.Clear();
    }

    private static ParallelOptions Side(CancellationToken cancellationToken) => new() { MaxDegreeOfParallelism = Readers, CancellationToken = cancellationToken };
}
