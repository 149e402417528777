using Microsoft.Extensions.Logging;
using MailStore.Mbox.Interop;
using MailStore.Mbox.Paths;
using MailStore.Sdk;

namespace MailStore.Mbox.Places;

/// <summary>
/// Finds or makes a user's mbox file, also when many hosts make the same one at once. The owner file decides: it is linked to its name whole, and only one can be.
/// Same name and version of the record is the same life of a user, whatever host or attempt made it, and is shared. All else is another's, and is never used again for this one:
/// a place by a template gives way to <c>alice~VERSION</c>, a place that the administrator named for this user to an error that says so.
/// </summary>
internal sealed class PlaceMaker(RootGuard roots, ILogger logger)
{
    // each try is lost to another attempt only, and hardly ever more than once
    private const int Tries = 10;

    /// <summary>Makes the place, or finds the one that another attempt has made for the same life of this user. It is durable with all directories above.</summary>
    /// <param name="user">The user.</param>
    /// <param name="template">His path.</param>
    /// <param name="isForced">Whether it is a setting of the user or his domain: then a file without an owner is meant to be adopted, with the mail in it.</param>
    /// <param name="attempt">The id of this one.</param>
    /// <exception cref="ModuleConfigurationException">The place will not serve before the administrator decides.</exception>
    public MailboxPlace Make(EffectiveUser user, MboxTemplate template, bool isForced, string attempt)
    {
        roots.Ensure(template.Root);
        var owner = Owner.Of(user);
        var wanted = template.Expand(user);
        // what is there is synced below, in Complete
        if (Path.GetDirectoryName(wanted)! is var folder && !Directory.Exists(folder))
            RootGuard.MakeFolders(folder, template.Root);
        for (var i = 0; i < Tries; i++)
        {
            if (TryTake(wanted, owner, template, isForced, attempt) is not { } isTaken)
                continue;
            if (isTaken)
                return Complete(wanted, owner, template);
            if (template.IsLiteral)
                throw Refuse(wanted, owner);

            // '~' comes out of no name, and a version is never used twice for one: the place is this life's alone
            var instead = $"{wanted}~{user.Version}";
            if (TryTake(instead, owner, template, isForced: false, attempt) is not { } isOther)
                continue;
            return isOther ? Complete(instead, owner, template) : throw Refuse(instead, owner);
        }

        throw new TemporaryFailureException($"the mbox file of user '{owner.User}' could not be made below {template.Root}: its place changed {Tries} times meanwhile");
    }

    // null: it changed meanwhile, look again
    private bool? TryTake(string file, Owner owner, MboxTemplate template, bool isForced, string attempt)
    {
        if (OwnerFile.Read(file) is { } present)
        {
            if (present.Claim == owner.Claim)
                return true;
            if (!present.IsUser(owner) || !template.IsLiteral)
                return false;
            // The administrator's own place cannot be evaded. What a host that died left there for an earlier version of the record, and nobody ever used, is taken over.
            if (present.Version > owner.Version)
                throw new TemporaryFailureException($"the record of user '{owner.User}' has changed while he was allocated; the next try uses the new one");
            if (Posix.TryStat(file) is { Size: > 0 })
                return false;
            OwnerFile.Replace(file, owner, attempt);
            return true;
        }

        if (Posix.TryStat(file) is { } status)
        {
            if (!isForced)
                return false;
            if (!status.IsRegular)
                throw new ModuleConfigurationException($"{file} is to be the mbox file of user '{owner.User}', but is no regular file; name another one");
            if (!OwnerFile.TryCreate(file, owner, attempt))
                return null;
            MboxLog.Adopted(logger, file, owner.User);
            return true;
        }

        return OwnerFile.TryCreate(file, owner, attempt) ? true : null;
    }

    // also of a shared place: who made it may not have come so far yet
    private MailboxPlace Complete(string file, Owner owner, MboxTemplate template)
    {
        if (MakeFile(file))
            MboxLog.Made(logger, file, owner.User);
        for (var folder = Path.GetDirectoryName(file)!; folder.Length >= template.Root.Length; folder = Path.GetDirectoryName(folder)!)
            Posix.SyncDirectory(folder);
        return new MailboxPlace(owner.User, file, owner.Claim, template.IsLiteral);
    }

    /// <summary>Makes an empty file where there is none, durably.</summary>
    public static bool MakeFile(string file)
    {
        using var handle = Posix.TryCreate(file);
        if (handle is null)
            return false;
        Posix.Sync(handle, file);
        Posix.SyncDirectory(Path.GetDirectoryName(file)!);
        return true;
    }

    private static ModuleConfigurationException Refuse(string file, Owner owner) => new(
        $"{file} is to be the mbox file of user '{owner.User}', but {OwnerFile.PathOf(file)} says that it is another user's, or that of an earlier user of this name; "
        + "to let him have it with all the mail in it, remove that file; else set another path for him");
}
