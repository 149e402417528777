using System.Runtime.InteropServices;
using MailStore.Host.Configuration;
using MailStore.Host.Modules;

namespace MailStore.Host.Commands;

/// <summary>The data directory: made at the first start, 0700, and checked before anything else is tried in it.</summary>
internal static partial class DataDirectory
{
    /// <exception cref="ConfigurationException">It cannot be made or written.</exception>
    public static void Prepare(HostConfiguration configuration)
    {
        var path = configuration.DataDirectory;
        try
        {
            Make(path);
            using var probe = File.Create(
                Path.Combine(path, $".write-test-{Environment.ProcessId}"), 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Mistake(configuration, $"the data directory {path} cannot be written: {e.Message.TrimEnd('.')}; create it, give it to the user that runs MailStore (chown), or set data_dir");
        }

        // root would leave files in it that its owner can no longer open
        var owner = OwnerOf(path);
        if (EffectiveUser() == 0 && owner is > 0)
            throw Mistake(configuration, $"the data directory {path} belongs to the user with the id {owner}, but this runs as root; run it as that user, as in: sudo -u '#{owner}' mailstore …");
    }

    /// <summary>With those above it, each durable in the one that it was made in: what is promised later lies below.</summary>
    private static void Make(string path)
    {
        if (Directory.Exists(path) || Path.GetDirectoryName(path) is not { } parent)
            return;
        Make(parent);
        Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        SystemCalls.SyncFolder(parent);
    }

    private static ConfigurationException Mistake(HostConfiguration configuration, string message) =>
        new([configuration.Root?.Find("data_dir")?.Mistake(message) ?? new Mistake("", 0, 0, message)]);

    private static uint? OwnerOf(string path)
    {
        // struct stat differs by architecture; statx(2) does not: stx_uid stands at byte 20
        Span<byte> buffer = stackalloc byte[256];
        const int atFdCwd = -100;
        const uint statxUid = 0x8;
        return Statx(atFdCwd, path, 0, statxUid, buffer) == 0 ? MemoryMarshal.Read<uint>(buffer[20..]) : null;
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, Span<byte> buffer);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
