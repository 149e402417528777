using MailStore.Maildir.Interop;
using MailStore.Maildir.Paths;
using MailStore.Maildir.Workers;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Maildir.Places;

/// <summary>
/// Makes Maildirs, also when many hosts make the same one at once. A Maildir is built whole beside its place, under a name of this attempt's
/// own, made durable, and renamed to its place, which fails if somebody was faster; then that one's owner file decides (<see cref="PlaceFinder"/>).
/// So a place is there with everything in it or not at all, and a host that dies leaves only what <see cref="PlaceSweeper"/> finds.
/// </summary>
internal sealed class PlaceMaker(RootGuard roots, UidRange? uids, WorkerPool workers, PlaceSweeper sweeper, ILogger logger)
{
    public const string TemporaryPrefix = ".mailstore-new-";

    // each try is lost to another attempt only, and hardly ever more than once
    private const int Tries = 10;

    private readonly UserGates _gates = new();

    /// <summary>Makes the user's Maildir, or finds the one that another attempt has made for the same life of this user. It is durable with all directories above.</summary>
    public async ValueTask<Place> MakeAsync(EffectiveUser user, PathTemplate template, bool isForced, AllocationContext context, CancellationToken cancellationToken)
    {
        var finder = new PlaceFinder(user, template, isForced);
        Ownership? next = null;
        using var turn = await _gates.EnterAsync(user.Name, cancellationToken);
        for (var i = 0; i < Tries; i++)
        {
            var finding = await workers.RunAsync(() => Look(finder, template.Root), cancellationToken);
            // a uid is taken only where none is recorded: two hosts must come to the same
            if (uids is not null && next is null && finding is FoundPlace.Free or FoundPlace.Ownerless { Ids.Uid: 0 })
                next = await uids!.NextAsync(context, cancellationToken);
            var ids = finding is FoundPlace.Ownerless { Ids: { Uid: not 0 } present } && uids is not null ? present : next;
            var place = await workers.RunAsync(() => Take(finding, user, ids, template.Root, context.AllocationId), cancellationToken);
            if (place is null)
                continue;
            sweeper.Visit(Path.GetDirectoryName(place.Home)!);
            return place;
        }

        throw new TemporaryFailureException($"the Maildir of user '{user.Name}' could not be made below {template.Root}: its place changed {Tries} times meanwhile");
    }

    /// <summary>Makes a Maildir that was allocated and is gone, empty. Blocks; runs on a worker.</summary>
    /// <param name="root">Below which it lies; null for a place that the administrator named.</param>
    /// <returns>False if something is there by now.</returns>
    public bool TryRestore(string home, Owner owner, string? root)
    {
        var above = root ?? Path.GetDirectoryName(home)!;
        if (Build(home, owner, above, Guid.NewGuid().ToString("n")) is null)
            return false;
        SyncAbove(home, above);
        return true;
    }

    private FoundPlace Look(PlaceFinder finder, string root)
    {
        roots.Ensure(root);
        return finder.Find();
    }

    private Place? Take(FoundPlace finding, EffectiveUser user, Ownership? ids, string root, string attempt)
    {
        var place = finding switch
        {
            FoundPlace.Shared shared => new Place(shared.Home, shared.Owner),
            FoundPlace.Stale stale => TakeOver(stale, user, attempt),
            FoundPlace.Ownerless => Adopt(finding.Home, Owner.Of(user, ids, isAdopted: true), attempt),
            _ => Build(finding.Home, Owner.Of(user, ids), root, attempt),
        };
        // also of a shared place: who made it may not have come so far yet, and the record must never outlive it
        if (place is not null)
            SyncAbove(place.Home, root);
        return place;
    }

    private Place? Build(string home, Owner owner, string root, string attempt)
    {
        using var parent = MakeParents(Path.GetDirectoryName(home)!, root);
        var temporary = TemporaryPrefix + attempt;
        try
        {
            Posix.TryMakeDirectory(parent, temporary, Modes.Private);
            using (var box = Posix.OpenDirectory(parent, temporary))
            {
                MaildirTree.Complete(box, owner.Ids);
                OwnerFile.Create(box, owner);
                owner.Ids?.ApplyTo(box);
                Posix.Sync(box);
            }

            if (!Posix.TryRenameDirectory(parent, temporary, Path.GetFileName(home)))
                return null;
            PlaceLog.Made(logger, home, owner.User);
            return new Place(home, owner);
        }
        finally
        {
            MaildirTree.TryRemoveUntouched(parent, temporary);
        }
    }

    private Place? Adopt(string home, Owner owner, string attempt)
    {
        using var box = Posix.OpenDirectory(home);
        if (owner.Ids is { } ids && FileStatus.Of(box).Uid != ids.Uid)
            ids.ApplyTo(box);
        MaildirTree.Complete(box, owner.Ids);
        if (!OwnerFile.TryCreate(box, owner, attempt))
            return null;
        PlaceLog.Adopted(logger, home, owner.User);
        return new Place(home, owner);
    }

    private static Place TakeOver(FoundPlace.Stale stale, EffectiveUser user, string attempt)
    {
        using var box = Posix.OpenDirectory(stale.Home);
        var owner = stale.Owner with { Version = user.Version };
        OwnerFile.Replace(box, owner, attempt);
        return new Place(stale.Home, owner);
    }

    private Descriptor MakeParents(string parent, string root)
    {
        var directory = Posix.OpenDirectory(root);
        foreach (var name in parent[root.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            using var above = directory;
            Posix.TryMakeDirectory(above, name, uids is null ? Modes.Private : Modes.Passage);
            directory = Posix.OpenDirectory($"{above.Path}/{name}");
        }

        return directory;
    }

    private static void SyncAbove(string home, string root)
    {
        for (var path = Path.GetDirectoryName(home)!; path.Length >= root.Length; path = Path.GetDirectoryName(path)!)
        {
            using var directory = Posix.OpenDirectory(path);
            Posix.Sync(directory);
        }
    }
}
