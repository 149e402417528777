using MailStore.Maildir.Interop;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Maildir.Places;

/// <summary>Removes a place that was allocated for nothing.</summary>
/// <remarks>
/// <para>When is it safe? The creator calls only after a fresh read has shown that the version which the allocation was to be written on is
/// history. Hosts that share a place do so for one user and one version (the claim); of them all only one write can have succeeded, and if one has, the record that was read,
/// or a later one, bears this very home: nothing is touched then. If none has, none ever will, since a version never comes back; so no
/// delivery goes to this place now or later, and whoever else shares it will release it as well, and find nothing left.</para>
/// <para>Should something break these rules all the same (the creator 'none', a user removed while his last mail is under way), no mail is lost: directories go by rmdir alone,
/// which refuses one that holds a mail, and a delivery whose directory went finds out before it says 'stored', since its rename fails.</para>
/// <para>A place that the administrator named is left: it is taken over by the next attempt (<see cref="FoundPlace.Stale"/>), which must not race with this.</para>
/// </remarks>
internal sealed class PlaceReleaser(ILogger logger)
{
    public void Release(UserRecord? current, Allocation lost)
    {
        var home = lost.Values.GetValueOrDefault(Allocation.Home);
        if (home is null || lost.Values.ContainsKey(AllocationForm.Forced))
            return;
        if (current?.Allocation?.Values.GetValueOrDefault(Allocation.Home) == home)
            return;
        try
        {
            using var parent = Posix.TryOpenDirectory(Path.GetDirectoryName(home)!);
            if (parent is not null && IsStillOf(parent, home, lost) && MaildirTree.TryRemoveUntouched(parent, Path.GetFileName(home)))
            {
                Posix.Sync(parent);
                PlaceLog.Released(logger, home);
            }
        }
        catch (PosixException e)
        {
            throw e.ToTemporaryFailure();
        }
    }

    private static bool IsStillOf(Descriptor parent, string home, Allocation lost)
    {
        using var directory = Posix.TryOpenDirectory(parent, Path.GetFileName(home));
        return directory is not null && OwnerFile.Read(directory, out _) is { } owner && owner.Claim == lost.Values.GetValueOrDefault(AllocationForm.Claim);
    }
}
