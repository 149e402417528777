using MailStore.Maildir.Interop;
using MailStore.Maildir.Paths;
using MailStore.Sdk;

namespace MailStore.Maildir.Places;

/// <summary>
/// Looks where a user's Maildir can be. The owner file decides: same name and version of the record is the same life of a user, whatever host
/// or attempt made it, and is shared. All else is another's, and is never used again for this one:
/// a place by a template gives way to <c>alice~VERSION</c>, a place that the administrator named for this user to an error that says so.
/// </summary>
/// <param name="user">The user.</param>
/// <param name="template">His path.</param>
/// <param name="isForced">Whether it is a setting of the user or his domain: then a Maildir without an owner is meant to be adopted.</param>
internal sealed class PlaceFinder(EffectiveUser user, PathTemplate template, bool isForced)
{
    /// <summary>Looks. Nothing changes on disk.</summary>
    /// <exception cref="ModuleConfigurationException">The place will not serve before the administrator decides.</exception>
    public FoundPlace Find()
    {
        var wanted = template.Expand(user);
        if (Look(wanted) is { } finding)
            return finding;
        if (template.IsLiteral)
            throw Refuse(wanted);

        // '~' comes out of no name, and a version is never used twice for one: the place is this life's alone
        var instead = $"{wanted}~{user.Version}";
        return Look(instead) ?? throw Refuse(instead);
    }

    private FoundPlace? Look(string home)
    {
        if (FileStatus.TryGet(home) is not { } status)
            return new FoundPlace.Free(home);
        using var directory = Posix.TryOpenDirectory(home);
        if (directory is null)
            return null;

        var owner = OwnerFile.Read(directory, out var hasOwner);
        if (owner is null)
            return !hasOwner && isForced ? AdoptableOf(directory, new Ownership(status.Uid, status.Gid)) : null;
        if (!owner.IsUser(user))
            return null;
        if (owner.Version == user.Version)
            return new FoundPlace.Shared(home, owner);
        if (!template.IsLiteral)
            return null;

        // The administrator's own place cannot be evaded. What a host that died left there for an earlier version of the record, and nobody ever used, is taken over.
        if (owner.Version > user.Version)
            throw new TemporaryFailureException($"the record of user '{user.Name}' has changed while he was allocated; the next try uses the new one");
        return MaildirTree.IsUntouched(directory) ? new FoundPlace.Stale(home, owner) : null;
    }

    // A slip of the administrator (path = /home/alice) must not turn a home directory into a Maildir.
    private FoundPlace.Ownerless AdoptableOf(Descriptor directory, Ownership ids)
    {
        var names = DirectoryReader.Read(directory).ConvertAll(entry => entry.Name);
        return names.Count == 0 || (names.Contains(MaildirTree.Cur) && names.Contains(MaildirTree.New))
            ? new FoundPlace.Ownerless(directory.Path, ids)
            : throw new ModuleConfigurationException(
                $"{directory.Path} is to be the Maildir of user '{user.Name}', but holds other things and no 'cur' and 'new'; name a Maildir, or a directory that is empty or not there yet");
    }

    private ModuleConfigurationException Refuse(string home) => new(
        $"{home} is to be the Maildir of user '{user.Name}', but {home}/{OwnerFile.Name} says that it is another user's, or that of an earlier user of this name; "
        + "to let him have it with all the mail in it, remove that file; else set another path for him");
}
