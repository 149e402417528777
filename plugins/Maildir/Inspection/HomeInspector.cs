using MailStore.Maildir.Delivery;
using MailStore.Maildir.Interop;
using MailStore.Maildir.Paths;
using MailStore.Maildir.Places;
using MailStore.Maildir.Quota;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Maildir.Inspection;

/// <summary>Compares one Maildir with its user's record. Blocks; runs on a worker.</summary>
internal sealed class HomeInspector(
    MailboxPlace place, long version, PlaceState state, RootGuard roots, PlaceMaker maker, string root, Sdk.Inspection inspection, DateTimeOffset now, ILogger logger)
{
    // who removes a mail (a reader) counts it a moment later
    private static readonly TimeSpan QuietForUsage = TimeSpan.FromMinutes(1);

    private readonly FindingList _findings = new(inspection.Repair);

    public IReadOnlyList<Finding> Inspect()
    {
        // a disk that is not mounted is no damage to each of its users
        if (roots.FindAbove(place.Home) is { } fault)
            throw new TemporaryFailureException(fault);
        using var home = Posix.TryOpenDirectory(place.Home);
        if (home is null)
        {
            _findings.Add(
                FindingKind.MissingPlace, place.Home, "the Maildir is gone, with all mail that was in it; restore it from a backup, if there is one, before you repair", "make it anew, empty",
                () => maker.TryRestore(place.Home, NewOwner(isAdopted: false), place.Home.StartsWith(root + "/", StringComparison.Ordinal) ? root : null));
            return _findings.Findings;
        }

        if (!InspectOwner(home, out var isAdopted))
            return _findings.Findings;
        var boxes = new BoxInspector(place, isAdopted, _findings, now, logger);
        boxes.Inspect(home);
        foreach (var entry in DirectoryReader.Read(home))
        {
            if (entry.Kind != FileKind.Directory || !entry.Name.StartsWith('.'))
                continue;
            using var folder = Posix.TryOpenDirectory(home, entry.Name);
            // a folder is made in steps, by a delivery or a reader
            if (folder is not null && IsFolder(folder) && now - FileStatus.Of(folder).Changed >= inspection.SettledAfter)
                boxes.Inspect(folder);
        }

        InspectUsage(home);
        return _findings.Findings;
    }

    /// <returns>False where it is another user's: then nothing of it is this one's to mend.</returns>
    private bool InspectOwner(Descriptor home, out bool isAdopted)
    {
        var owner = OwnerFile.Read(home, out var hasOwner);
        isAdopted = owner?.IsAdopted ?? false;
        var file = home.PathOf(OwnerFile.Name);
        if (!hasOwner)
        {
            _findings.Add(
                FindingKind.MissingMark, file, "the file that says whose Maildir this is is missing", "write it", () => OwnerFile.TryCreate(home, NewOwner(isAdopted: false), Attempt()));
        }
        else if (owner is null)
        {
            _findings.Add(
                FindingKind.MissingMark, file, "the file that says whose Maildir this is is damaged", "write it anew", () => OwnerFile.Replace(home, NewOwner(isAdopted: false), Attempt()));
        }
        else if (place.Claim.Length > 0 && owner.Claim != place.Claim)
        {
            _findings.Add(
                FindingKind.ForeignPlace, file,
                $"it says that this is the Maildir of user '{owner.User}' by version {owner.Version} of his record, but the record of '{place.User}' names this place, too; decide whose it is: mend the record, or remove the file and repair");
            return false;
        }

        return true;
    }

    private void InspectUsage(Descriptor home)
    {
        if (!place.Limit.IsSet || now - LastChange(home) < QuietForUsage)
            return;
        var mailbox = new QuotaMailbox(home, place.Limit, place.Ids, now);
        if (state.Quota.FindDifference(mailbox) is not { } difference)
            return;
        var (told, counted) = difference;
        _findings.Add(
            FindingKind.WrongUsage, home.PathOf(MaildirSize.Name), $"it tells {told.Bytes} bytes in {told.Count} mails, but there are {counted.Bytes} bytes in {counted.Count}", "count anew",
            () => state.Quota.Recount(mailbox));
    }

    private static DateTimeOffset LastChange(Descriptor home)
    {
        var last = DateTimeOffset.MinValue;
        foreach (var entry in DirectoryReader.Read(home))
        {
            if (entry.Name == MaildirSize.Name || (entry.Kind == FileKind.Directory && MaildirTree.Names.Contains(entry.Name)))
                last = Later(last, FileStatus.TryGet(home, entry.Name)?.Changed);
            if (entry.Kind != FileKind.Directory || !entry.Name.StartsWith('.'))
                continue;
            foreach (var name in MaildirTree.Names)
                last = Later(last, FileStatus.TryGet(home, $"{entry.Name}/{name}")?.Changed);
        }

        return last;

        static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset? other) => other > one ? other.Value : one;
    }

    private static bool IsFolder(Descriptor folder) =>
        FileStatus.TryGet(folder, MaildirTree.FolderMark) is not null || MaildirTree.Names.Any(name => FileStatus.TryGet(folder, name) is { IsDirectory: true });

    private Owner NewOwner(bool isAdopted) =>
        new(NameEscape.EscapeUser(place.User), version, place.Ids, isAdopted, place.Claim.Length > 0 ? place.Claim : null);

    private static string Attempt() => Guid.NewGuid().ToString("n");
}
