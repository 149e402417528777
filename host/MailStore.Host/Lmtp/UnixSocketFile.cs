using System.Globalization;
using System.Net.Sockets;

namespace MailStore.Host.Lmtp;

/// <summary>The file that a Unix socket is reached by.</summary>
internal static class UnixSocketFile
{
    /// <summary>
    /// Clears the path for a new socket. A server that was killed leaves its file behind, and bind(2) fails on it: whether somebody still listens
    /// there is told by connecting.
    /// </summary>
    /// <returns>Whether something was removed.</returns>
    /// <exception cref="ListenException">Another server listens there, or what is there is no socket.</exception>
    public static bool MakeWay(string text, string path)
    {
        if (NativeMethods.IsSocket(path) is not { } isSocket)
            return false;
        if (!isSocket)
            throw new ListenException($"cannot listen on {text}: {path} is there and is no socket; remove it, or choose another path");
        if (IsLive(text, path))
            throw new ListenException($"cannot listen on {text}: another server listens there; stop it, or choose another path");
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ListenException($"cannot listen on {text}: the socket there was left behind and cannot be removed: {e.Message}", e);
        }

        return true;
    }

    /// <summary>Lets the MTA in, which runs as another user: a connection needs the right to write.</summary>
    /// <param name="text">The entry of the configuration.</param>
    /// <param name="path">The file.</param>
    /// <param name="mode">Octal.</param>
    /// <param name="group">Name or number; empty to leave it.</param>
    /// <exception cref="ListenException">The group does not exist, or this user may not give files to it.</exception>
    public static void SetAccess(string text, string path, string mode, string group)
    {
        if (group.Length > 0)
        {
            var id = uint.TryParse(group, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : NativeMethods.GroupIdOf(group);
            if (id is null)
                throw new ListenException($"cannot listen on {text}: there is no group '{group}'; mend socket_group, or add the group");
            if (NativeMethods.TryChangeGroup(path, id.Value) is { } error)
                throw new ListenException(
                    $"cannot listen on {text}: the socket cannot be given to the group '{group}': {error}; add this user to the group, or mend socket_group");
        }

        File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(mode, 8));
    }

    private static bool IsLive(string text, string path)
    {
        using var probe = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
        try
        {
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => false,
                // it listens, and its queue is full
                SocketError.WouldBlock => true,
                _ => throw new ListenException($"cannot listen on {text}: whether another server listens there cannot be told: {e.Message}", e),
            };
        }
    }
}
