using MailStore.Maildir.Interop;

namespace MailStore.Maildir.Places;

/// <summary>The uid and gid that own a user's files.</summary>
internal readonly record struct Ownership(uint Uid, uint Gid)
{
    /// <summary>Gives a file or directory to them. Only root can; anyone else runs as this very uid already (checked at the start).</summary>
    public void ApplyTo(Descriptor descriptor)
    {
        if (Posix.EffectiveUserId == 0)
            Posix.SetOwner(descriptor, Uid, Gid);
    }
}
