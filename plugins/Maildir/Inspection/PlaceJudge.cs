using MailStore.Maildir.Interop;
using MailStore.Maildir.Places;
using MailStore.Maildir.Reading;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Maildir.Inspection;

/// <summary>Looks at directories among places, and mends what holds no mail. Blocks; runs on a worker.</summary>
internal sealed class PlaceJudge(Sdk.Inspection inspection, DateTimeOffset now, ILogger logger)
{
    /// <returns>Null for what is no place, or may be under way.</returns>
    public SeenPlace? Look(string parent, string name)
    {
        using var directory = Posix.TryOpenDirectory($"{parent}/{name}");
        if (directory is null)
            return null;
        var age = now - FileStatus.Of(directory).Changed;
        if (IsTemporary(name))
            return age >= PlaceSweeper.Age ? new SeenPlace(parent, name, null) : null;
        return age >= inspection.SettledAfter && OwnerFile.Read(directory, out _) is { } owner ? new SeenPlace(parent, name, owner) : null;
    }

    /// <summary>What a host that died left.</summary>
    public Finding Leftover(SeenPlace seen)
    {
        var findings = new FindingList(inspection.Repair);
        var what = seen.Name.StartsWith(PlaceMaker.TemporaryPrefix, StringComparison.Ordinal) ? "a Maildir that was never finished" : "a Maildir whose removal was interrupted";
        using var parent = Posix.OpenDirectory(seen.Parent);
        if (HasMail(seen.Path))
            findings.Add(FindingKind.Leftover, seen.Path, $"{what}, with mails still in it; the next allocation beside it removes it, or you do");
        else
            findings.Add(FindingKind.Leftover, seen.Path, what, "remove it; it holds no mail", () => TreeRemover.TryRemove(parent, seen.Name));
        return findings.Findings[0];
    }

    /// <summary>A place that is not its user's any more.</summary>
    public Finding Orphan(SeenPlace seen, string? user, UserRecord? record)
    {
        var findings = new FindingList(inspection.Repair);
        var what = $"the Maildir of user '{user ?? seen.Owner!.User}' by version {seen.Owner!.Version} of his record, {(record is null ? "whom there is no more" : "who has another place")}";
        using var parent = Posix.OpenDirectory(seen.Parent);
        using (var home = Posix.TryOpenDirectory(parent, seen.Name))
        {
            if (HasMail(seen.Path))
                findings.Add(FindingKind.OrphanedMail, seen.Path, $"{what}, with mail in it; to give it to a user, remove {OwnerFile.Name} in it and set his path before his first mail; or remove it");
            else if (home is not null && !MaildirTree.IsUntouched(home))
                findings.Add(FindingKind.Orphan, seen.Path, $"{what}; it holds no mail, but other files: look, and remove it");
            else
                findings.Add(FindingKind.Orphan, seen.Path, what, "remove it; it holds no mail", () => Remove(parent, seen.Name));
        }

        var found = findings.Findings[0];
        return new Finding { Kind = found.Kind, Place = found.Place, What = found.What, Repair = found.Repair, IsRepaired = found.IsRepaired, User = user };
    }

    // by rmdir alone: what comes this very moment stays
    private bool Remove(Descriptor parent, string name)
    {
        if (!MaildirTree.TryRemoveUntouched(parent, name))
            return false;
        Posix.Sync(parent);
        PlaceLog.Released(logger, parent.PathOf(name));
        return true;
    }

    private static bool IsTemporary(string name) =>
        name.StartsWith(PlaceMaker.TemporaryPrefix, StringComparison.Ordinal) || name.StartsWith(MailboxRemover.RemovedPrefix, StringComparison.Ordinal);

    private static bool HasMail(string path)
    {
        using var home = Posix.TryOpenDirectory(path);
        return home is not null && (BoxHasMail(home) || DirectoryReader.Read(home).Any(entry => entry.Kind == FileKind.Directory && entry.Name.StartsWith('.') && FolderHasMail(home, entry.Name)));
    }

    private static bool FolderHasMail(Descriptor home, string name)
    {
        using var folder = Posix.TryOpenDirectory(home, name);
        return folder is not null && BoxHasMail(folder);
    }

    private static bool BoxHasMail(Descriptor box)
    {
        foreach (var name in (ReadOnlySpan<string>)[MaildirTree.New, MaildirTree.Cur])
        {
            using var part = Posix.TryOpenDirectory(box, name);
            if (part is not null && DirectoryReader.Read(part).Exists(MailFileName.IsMail))
                return true;
        }

        return false;
    }
}
