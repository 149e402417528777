using MailStore.Mbox.Interop;
using MailStore.Sdk;

namespace MailStore.Mbox.Places;

/// <summary>The file beside an mbox file that says whose it is; see <see cref="Owner"/>.</summary>
internal static class OwnerFile
{
    private const int MaxLength = 4096;

    /// <summary>Hidden, so that nobody takes it for a mailbox; no user's file has such a name.</summary>
    public static string PathOf(string file) => Path.Combine(Path.GetDirectoryName(file)!, $".{Path.GetFileName(file)}.mailstore");

    /// <summary>Reads it; null if there is none.</summary>
    /// <exception cref="TemporaryFailureException">It is damaged.</exception>
    public static Owner? Read(string file)
    {
        var owner = Look(file, out var isThere);
        return owner is null && isThere
            ? throw new TemporaryFailureException($"{PathOf(file)} is damaged: it does not say whose mail {file} holds; restore it, or remove it and see to whom the mail belongs")
            : owner;
    }

    /// <summary>Reads it; null if there is none, or if it is damaged.</summary>
    public static Owner? Look(string file, out bool isThere)
    {
        using var handle = Posix.TryOpen(PathOf(file), isReadOnly: true);
        isThere = handle is not null;
        if (handle is null)
            return null;
        Span<byte> buffer = stackalloc byte[MaxLength];
        return Owner.Parse(buffer[..RandomAccess.Read(handle, buffer, 0)]);
    }

    /// <summary>Writes it where there must be none yet, whole and durably, or not at all.</summary>
    /// <returns>False if another host was first.</returns>
    public static bool TryCreate(string file, Owner owner, string attempt) =>
        Publish(file, owner, attempt, temporary => Posix.TryLink(temporary, PathOf(file)));

    /// <summary>Writes it in place of another one.</summary>
    public static void Replace(string file, Owner owner, string attempt) =>
        Publish(file, owner, attempt, temporary =>
        {
            Posix.Rename(temporary, PathOf(file));
            return true;
        });

    private static bool Publish(string file, Owner owner, string attempt, Func<string, bool> publish)
    {
        var temporary = $"{PathOf(file)}.{attempt}";
        try
        {
            Posix.Unlink(temporary);
            Posix.CreateText(temporary, owner.Format(), isDurable: true);
            return publish(temporary);
        }
        finally
        {
            Posix.Unlink(temporary);
            Posix.SyncDirectory(Path.GetDirectoryName(file)!);
        }
    }
}
