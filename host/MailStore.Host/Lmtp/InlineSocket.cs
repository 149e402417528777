using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Connections;

namespace MailStore.Host.Lmtp;

/// <summary>
/// Has a session go on where the runtime hears of its socket, instead of on another thread that must first be woken: that is what a mail would else wait for longest where few come at once.
/// </summary>
/// <remarks>
/// The runtime has a variable of the environment for this, which counts for all sockets of the process, those of modules too: their code would run on a thread that must never wait for long. For one
/// socket it has a property that is not public, and is there to be called like this ("experimental API", SocketAsyncContext.Unix.cs). Where it is not, all goes on as without it.
/// </remarks>
internal static class InlineSocket
{
    private static bool _isMissing;

    /// <param name="isInline">False: what the session does next may take long.</param>
    public static void Set(ConnectionContext connection, bool isInline)
    {
        if (_isMissing || connection.Features.Get<Microsoft.AspNetCore.Connections.Features.IConnectionSocketFeature>()?.Socket is not { } socket)
            return;
        try
        {
            SetPreferInlineCompletions(socket, isInline);
        }
        catch (MissingMethodException)
        {
            _isMissing = true;
        }
    }

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "set_PreferInlineCompletions")]
    private static extern void SetPreferInlineCompletions(Socket socket, bool value);
}
