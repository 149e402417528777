using System.Globalization;
using System.Net.Sockets;
using MailStore.Host.Configuration;

namespace MailStore.Host.Systemd;

/// <summary>
/// Listening sockets that whoever started the server opened for it: socket activation, sd_listen_fds(3). They go on listening, and connections wait in them,
/// while one server ends and the next one starts.
/// </summary>
/// <remarks>
/// The descriptors are left inheritable (no FD_CLOEXEC): .NET takes that for "shared with other processes" and closes such a socket without shutdown(2), which
/// would end the listening for the one who holds it.
/// </remarks>
internal static class InheritedSockets
{
    private const int First = 3; // SD_LISTEN_FDS_START
    private const int Most = 1024;
    private const string ProcessVariable = "LISTEN_PID";
    private const string CountVariable = "LISTEN_FDS";
    private const string NamesVariable = "LISTEN_FDNAMES";

    /// <summary>Takes them over. Called once: processes that are started later must not think that they are theirs.</summary>
    /// <returns>None where the server was started in another way.</returns>
    /// <exception cref="ConfigurationException">What was handed over is no listening stream socket.</exception>
    public static IReadOnlyList<Socket> Take()
    {
        var process = Environment.GetEnvironmentVariable(ProcessVariable);
        var count = Environment.GetEnvironmentVariable(CountVariable);
        foreach (var variable in (ReadOnlySpan<string>)[ProcessVariable, CountVariable, NamesVariable])
            Environment.SetEnvironmentVariable(variable, null);
        // meant for a process that started this one
        if (process != Environment.ProcessId.ToString(CultureInfo.InvariantCulture))
            return [];
        if (!int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > Most)
            throw Mistake($"{CountVariable}={count} is no number of sockets");

        var sockets = new List<Socket>();
        try
        {
            for (var descriptor = First; descriptor < First + number; descriptor++)
                sockets.Add(Open(descriptor));
        }
        catch
        {
            sockets.ForEach(socket => socket.Dispose());
            throw;
        }

        return sockets;
    }

    private static Socket Open(int descriptor)
    {
        Socket socket;
        try
        {
            socket = new Socket(new SafeSocketHandle(descriptor, ownsHandle: true));
        }
        catch (SocketException e)
        {
            throw Mistake($"file descriptor {descriptor}, which systemd handed over, is no socket: {e.Message}");
        }

        if (socket.SocketType == SocketType.Stream && socket.GetSocketOption(SocketOptionLevel.Socket, SocketOptionName.AcceptConnection) is 1)
            return socket;
        socket.Dispose();
        throw Mistake($"file descriptor {descriptor}, which systemd handed over, does not listen for connections; use ListenStream= with Accept=no in the socket unit");
    }

    private static ConfigurationException Mistake(string message) => new([new Mistake("", 0, 0, message)]);
}
