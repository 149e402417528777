using MailStore.Sdk;

namespace MailStore.Host.Admin.Moving;

/// <summary>The place that mails are brought to, and what it keeps of them.</summary>
internal sealed class MailTarget(string user, MovedMailbox place)
{
    private readonly Dictionary<string, bool> _folders = new(StringComparer.Ordinal);

    public string Mda => place.Mda;

    public IMailboxImport Import => place.Import;

    public IReadableMailbox Reading => place.Reading;

    public MailboxFidelity Fidelity { get; private set; } = MailboxFidelity.Full;

    /// <summary>Whether mails of folders that it has no name for may come to its inbox.</summary>
    public bool MayLoseFolders { get; set; } = true;

    /// <summary>Asks what it keeps. Called once, before all else.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken) => Fidelity = await Import.GetFidelityAsync(cancellationToken);

    public MailFlags Kept(MailFlags flags) => flags & Fidelity.Flags;

    /// <summary>What its list has to tell of a mail.</summary>
    public UInt128 ListedOf(string? folder, long size, DateTimeOffset arrival) => MailHash.OfListed(folder, size, Fidelity.HasArrival ? arrival : null);

    /// <summary>The folder that a mail comes to be in, which is made.</summary>
    /// <exception cref="AdminException">It would be the inbox.</exception>
    public async ValueTask<string?> FolderOfAsync(string? folder, CancellationToken cancellationToken)
    {
        if (folder is null)
            return null;
        if (!_folders.TryGetValue(folder, out var isThere))
            _folders[folder] = isThere = Fidelity.HasFolders && await Import.TryCreateFolderAsync(folder, cancellationToken);
        if (isThere)
            return folder;
        return MayLoseFolders
            ? null
            : throw new AdminException(ExitCode.DataError, $"mda '{Mda}' cannot have the folder '{folder}' of user '{user}', whose mails would come to the inbox; --allow-loss moves him all the same");
    }

    /// <summary>Compares a mail that was stored with what it was.</summary>
    /// <param name="id">Its id here.</param>
    /// <param name="mayBeGone">Whether its owner may have removed it already.</param>
    /// <exception cref="TemporaryFailureException">It is another.</exception>
    public async Task VerifyAsync(LoadedMail mail, string id, bool mayBeGone, CancellationToken cancellationToken)
    {
        await using var stored = await Reading.OpenAsync(id, cancellationToken);
        if (stored is null ? mayBeGone : await MailHash.OfAsync(stored, cancellationToken) == mail.Hash)
            return;
        await Import.TryRemoveAsync(id, cancellationToken);
        throw new TemporaryFailureException(
            $"mda '{Mda}' stored mail '{mail.Listed.Id}' of user '{user}' as '{id}', and gives back another; nothing was lost, since the old place still has it. Try again");
    }
}
