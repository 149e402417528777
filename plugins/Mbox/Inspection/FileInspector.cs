using System.Globalization;
using MailStore.Mbox.Delivery;
using MailStore.Mbox.Format;
using MailStore.Mbox.Interop;
using MailStore.Mbox.Paths;
using MailStore.Mbox.Places;
using MailStore.Sdk;

namespace MailStore.Mbox.Inspection;

/// <summary>
/// Compares one mbox file with its user's record, by a look at the file, the one beside it and the end. An mbox file that is gone while its owner file is there is no damage: mail programs
/// remove empty ones, and the next mail makes it anew.
/// </summary>
internal sealed class FileInspector(MailboxPlace place, EffectiveUser user, string root, Box box, BoxServices services, Sdk.Inspection inspection)
{
    private const UnixFileMode Others = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private readonly FindingList _findings = new(inspection.Repair);
    private readonly Owner _owner = new(NameEscape.WholeUser(user.Name), user.Version, place.Claim);

    public async Task<IReadOnlyList<Finding>> InspectAsync(CancellationToken cancellationToken)
    {
        var (owner, hasOwner, status) = await services.Workers.RunAsync(Look);
        if (!hasOwner && status is null)
        {
            await _findings.AddAsync(
                FindingKind.MissingPlace, place.File, "the mbox file is gone, with all mail that was in it; restore it from a backup, if there is one, before you repair", "make it anew, empty",
                () => services.Workers.RunAsync(TryRestore));
            return _findings.Findings;
        }

        if (await InspectOwnerAsync(owner, hasOwner) && status is { } file && await InspectFileAsync(file))
            await InspectEndAsync(cancellationToken);
        return _findings.Findings;
    }

    private (Owner? Owner, bool HasOwner, FileStatus? File) Look()
    {
        // a disk that is not mounted is no damage to each of its users
        if (services.Roots.FindAbove(place.File) is { } fault)
            throw new TemporaryFailureException(fault);
        var owner = OwnerFile.Look(place.File, out var isThere);
        return (owner, isThere, Posix.TryStat(place.File));
    }

    /// <returns>False where it is another user's: then nothing of it is this one's to mend.</returns>
    private async Task<bool> InspectOwnerAsync(Owner? owner, bool hasOwner)
    {
        var path = OwnerFile.PathOf(place.File);
        var attempt = Guid.NewGuid().ToString("n");
        if (!hasOwner)
        {
            await _findings.AddAsync(
                FindingKind.MissingMark, path, "the file that says whose mbox file this is is missing", "write it", () => services.Workers.RunAsync(() => OwnerFile.TryCreate(place.File, _owner, attempt)));
        }
        else if (owner is null)
        {
            await _findings.AddAsync(FindingKind.MissingMark, path, "the file that says whose mbox file this is is damaged", "write it anew", () => services.Workers.RunAsync(() =>
            {
                OwnerFile.Replace(place.File, _owner, attempt);
                return true;
            }));
        }
        else if (owner.Claim != place.Claim)
        {
            _findings.Add(FindingKind.ForeignPlace, path, string.Create(
                CultureInfo.InvariantCulture,
                $"it says that this is the mbox file of user '{owner.User}' by version {owner.Version} of his record, but the record of '{place.User}' names this place, too; decide whose it is: mend the record, or remove the file and repair"));
            return false;
        }

        return true;
    }

    /// <returns>False where no mail can be written to it.</returns>
    private async Task<bool> InspectFileAsync(FileStatus file)
    {
        if (!file.IsRegular)
        {
            _findings.Add(FindingKind.Damaged, place.File, "it is no regular file, so no mail is written to it; look what it is, and put the mbox file in its place");
            return false;
        }

        if (file.Links > 1)
        {
            _findings.Add(FindingKind.Damaged, place.File, string.Create(
                CultureInfo.InvariantCulture, $"it has {file.Links} names (hard links), so no mail is written to it, since it may be another's; remove the other names"));
            return false;
        }

        // that of a file which the administrator named is his choice
        if (!place.IsNamed && (File.GetUnixFileMode(place.File) & Others) is not UnixFileMode.None)
        {
            await _findings.AddAsync(FindingKind.WrongMode, place.File, "everybody on this machine has rights to it", "take them away", () => services.Workers.RunAsync(() =>
            {
                File.SetUnixFileMode(place.File, File.GetUnixFileMode(place.File) & ~Others);
                return true;
            }));
        }

        return true;
    }

    private async Task InspectEndAsync(CancellationToken cancellationToken)
    {
        var journal = ChangeJournal.PathOf(place.File);
        if (await services.Workers.RunAsync(() => Posix.TryStat(journal)) is { } change)
        {
            // any use of the file finishes it
            if (services.Clock.GetUtcNow() - change.ModifiedAt >= inspection.SettledAfter)
            {
                await _findings.AddAsync(
                    FindingKind.Leftover, journal, "a mail was being marked or removed when the server died, and nobody has used the file since", "finish that",
                    () => box.UseAsync(isShared: false, static (_, _) => true, cancellationToken));
            }

            return;
        }

        var torn = await box.UseAsync(
            isShared: true, static (file, known) => file is null || known is not null ? 0 : file.Status.Size - TailCheck.Find(file.Handle, file.Status.Size).End, cancellationToken);
        if (torn > 0)
        {
            await _findings.AddAsync(
                FindingKind.Leftover, place.File, string.Create(CultureInfo.InvariantCulture, $"it ends in {torn} bytes of a mail that was never finished"), "cut them off, as the next delivery does",
                () => box.UseAsync(isShared: false, (file, _) => file is not null && new BatchWriter(file, null, services.Logger).CutBack(), cancellationToken));
        }
    }

    private bool TryRestore()
    {
        var folder = Path.GetDirectoryName(place.File)!;
        if (!Directory.Exists(folder) && !place.File.StartsWith(root + "/", StringComparison.Ordinal))
            return false;
        if (place.File.StartsWith(root + "/", StringComparison.Ordinal))
            RootGuard.MakeFolders(folder, root);
        return OwnerFile.TryCreate(place.File, _owner, Guid.NewGuid().ToString("n")) && PlaceMaker.MakeFile(place.File);
    }
}
