using MailStore.Maildir.Interop;

namespace MailStore.Maildir.Places;

/// <summary>The file in a Maildir that says whose it is; see <see cref="Owner"/>.</summary>
internal static class OwnerFile
{
    public const string Name = "mailstore-owner";

    /// <summary>Readable for all: no secret, and Dovecot's administrators will want to look. Not given to the user: it is not his to change.</summary>
    private const uint Mode = 0x1a4; // 0644
    private const int MaxLength = 4096;

    /// <summary>Reads whose a Maildir is.</summary>
    /// <param name="exists">Whether there is such a file at all; if so, and nothing is returned, it is damaged.</param>
    public static Owner? Read(Descriptor home, out bool exists)
    {
        using var file = Posix.TryOpenFile(home, Name);
        exists = file is not null;
        if (file is null)
            return null;
        Span<byte> buffer = stackalloc byte[MaxLength];
        return FileContent.Read(file, buffer) is { } length ? Owner.Parse(buffer[..length]) : null;
    }

    /// <summary>Whether there is such a file.</summary>
    public static bool Exists(Descriptor home) => FileStatus.TryGet(home, Name) is { IsRegular: true };

    /// <summary>Writes it into a directory that nobody else knows yet.</summary>
    public static void Create(Descriptor home, Owner owner) => Write(home, Name, owner);

    /// <summary>Writes it where there must be none yet, whole or not at all.</summary>
    /// <returns>False if another host was first.</returns>
    public static bool TryCreate(Descriptor home, Owner owner, string attempt) =>
        Publish(home, owner, attempt, temporary => Posix.TryLink(home, temporary, Name));

    /// <summary>Writes it in place of another one.</summary>
    public static void Replace(Descriptor home, Owner owner, string attempt) =>
        Publish(home, owner, attempt, temporary =>
        {
            Posix.Rename(home, temporary, home, Name);
            return true;
        });

    private static bool Publish(Descriptor home, Owner owner, string attempt, Func<string, bool> publish)
    {
        var temporary = $"{Name}.{attempt}";
        try
        {
            Write(home, temporary, owner);
            return publish(temporary);
        }
        finally
        {
            Posix.Unlink(home, temporary);
            Posix.Sync(home);
        }
    }

    private static void Write(Descriptor home, string name, Owner owner)
    {
        using var file = Posix.CreateFile(home, name, Mode);
        Posix.SetMode(file, Mode);
        FileContent.Write(file, owner.Format());
        Posix.Sync(file);
        file.CloseChecked();
    }
}
