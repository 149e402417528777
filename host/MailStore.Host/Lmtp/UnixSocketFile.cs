using System.Net.Sockets;
using MailStore.Host.Configuration;

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
    /// <param name="options">Mode, owner and group.</param>
    /// <exception cref="ListenException">User or group do not exist, or this user may not give files to them.</exception>
    public static void SetAccess(string text, string path, LmtpOptions options)
    {
        // before it belongs to another, whose it then is to change
        File.SetUnixFileMode(path, (UnixFileMode)Convert.ToInt32(options.SocketMode, 8));
        if (!SocketOwner.TryParse(options.SocketOwner, out var owner))
            throw new ListenException($"cannot listen on {text}: socket_owner takes {SocketOwner.Forms}, not '{options.SocketOwner}'");
        var (groupKey, group) = owner.Group is null ? ("socket_group", options.SocketGroup) : ("socket_owner", owner.Group);
        if (group.Length > 0)
            GiveToGroup(text, path, group, groupKey);
        if (owner.User is not null)
            GiveToUser(text, path, owner.User);
    }

    private static void GiveToGroup(string text, string path, string group, string key)
    {
        if (SystemAccounts.GroupIdOf(group) is not { } id)
            throw new ListenException($"cannot listen on {text}: there is no group '{group}'; mend {key}, or add the group");
        if (NativeMethods.TryChangeOwner(path, null, id) is { } error)
            throw new ListenException($"cannot listen on {text}: the socket cannot be given to the group '{group}': {error}; add this user to the group, or mend {key}");
    }

    private static void GiveToUser(string text, string path, string user)
    {
        if (SystemAccounts.UserIdOf(user) is not { } id)
            throw new ListenException($"cannot listen on {text}: there is no user '{user}'; mend socket_owner, or add the user");
        if (NativeMethods.TryChangeOwner(path, id, null) is { } error)
        {
            throw new ListenException(
                $"cannot listen on {text}: the socket cannot be given to the user '{user}': {error}; only root may do that: name a group in its place, "
                + "or let systemd open the socket (SocketUser=)");
        }
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
