using MailStore.Maildir.Delivery;
using MailStore.Maildir.Interop;
using MailStore.Maildir.Places;
using MailStore.Maildir.Reading;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Maildir.Inspection;

/// <summary>Looks at the inbox or one folder of a Maildir.</summary>
internal sealed class BoxInspector(MailboxPlace place, bool isAdopted, FindingList findings, DateTimeOffset now, ILogger logger)
{
    // others of the group and of the system write nothing here, and the owner can do all
    private const uint OwnersRights = 0x1c0;
    private const uint OthersRights = 0x17;

    private static readonly bool IsRoot = Posix.EffectiveUserId == 0;

    public void Inspect(Descriptor box)
    {
        InspectDirectory(box);
        var missing = MaildirTree.Names.Where(name => FileStatus.TryGet(box, name) is null).ToList();
        foreach (var name in missing)
            findings.Add(FindingKind.IncompletePlace, box.PathOf(name), "the directory is missing", "make it", () => Complete(box));
        foreach (var name in MaildirTree.Names)
        {
            using var part = Posix.TryOpenDirectory(box, name);
            if (part is null)
                continue;
            InspectDirectory(part);
            if (name == MaildirTree.Tmp)
                InspectTmp(box, part);
            else
                InspectMails(part, name == MaildirTree.New);
        }
    }

    private void Complete(Descriptor box)
    {
        MaildirTree.Complete(box, place.Ids);
        Posix.Sync(box);
    }

    private void InspectDirectory(Descriptor directory)
    {
        var status = FileStatus.Of(directory);
        // of what the administrator made, without uids to go by, the owner is his choice, as the mode is
        var wanted = place.Ids ?? (isAdopted ? new Ownership(status.Uid, status.Gid) : new Ownership(Posix.EffectiveUserId, status.Gid));
        if (status.Uid != wanted.Uid || status.Gid != wanted.Gid)
        {
            var what = $"it belongs to uid {status.Uid}, gid {status.Gid}, instead of uid {wanted.Uid}, gid {wanted.Gid}";
            if (IsRoot)
                findings.Add(FindingKind.WrongOwner, directory.Path, what, "give it to them, with the files in it", () => Give(directory, wanted));
            else
                findings.Add(FindingKind.WrongOwner, directory.Path, $"{what}; only root can mend that: chown -R {wanted.Uid}:{wanted.Gid}");
        }

        if (!isAdopted && ((status.Mode & OwnersRights) != OwnersRights || (status.Mode & OthersRights) != 0))
            findings.Add(FindingKind.WrongMode, directory.Path, $"its mode is {Convert.ToString(status.Mode, 8).PadLeft(4, '0')}", "set it to 0700", () => Posix.SetMode(directory, Modes.Private));
    }

    private static void Give(Descriptor directory, Ownership ids)
    {
        foreach (var entry in DirectoryReader.Read(directory))
        {
            // not to him: it says whose this is
            if (entry.Kind != FileKind.Regular || entry.Name == OwnerFile.Name)
                continue;
            using var file = Posix.TryOpenFile(directory, entry.Name);
            // a second link may lead to a file that never was in here
            if (file is not null && FileStatus.Of(file) is { IsRegular: true, Links: 1 })
                ids.ApplyTo(file);
        }

        ids.ApplyTo(directory);
    }

    private void InspectTmp(Descriptor box, Descriptor tmp)
    {
        if (TmpSweeper.Forgotten(tmp, now) is { Count: > 0 } names)
            findings.Add(FindingKind.Leftover, tmp.Path, $"{names.Count} mails in it were never finished, more than {PlaceSweeper.Age.TotalHours:0} hours ago", "remove them", () => TmpSweeper.SweepBox(box, now, logger));
    }

    private void InspectMails(Descriptor part, bool isNew)
    {
        foreach (var entry in DirectoryReader.Read(part))
        {
            // names with a dot are passed over by all readers; NFS keeps removed files by such
            if (entry.Name.StartsWith('.'))
                continue;
            if (!MailFileName.IsMail(entry))
                findings.Add(FindingKind.StrayFile, part.PathOf(entry.Name), "it is no mail, but a directory or a link; look, and move it away");
            else if (isNew && MailFileName.SizeOf(entry.Name) is { } size && FileStatus.TryGet(part, entry.Name) is { } status && status.Size < size)
                findings.Add(FindingKind.Damaged, part.PathOf(entry.Name), $"the mail has {status.Size} bytes, and had {size} when it was stored; restore it from a backup");
        }
    }
}
