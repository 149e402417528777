using Microsoft.Extensions.Logging;

namespace MailStore.Host.Modules;

/// <summary>What the host logs about modules.</summary>
internal static partial class ModuleLog
{
    [LoggerMessage(100, LogLevel.Error, "{Module}: {Call} (user {User}) {What}")]
    public static partial void ModuleFault(this ILogger logger, Exception? exception, string module, string call, string user, string what);

    [LoggerMessage(101, LogLevel.Error, "{Module}: {Count} calls hang; it is called no more until some of them come back, and all that needs it is answered as a temporary failure. Restart the server if they do not")]
    public static partial void ModuleRefused(this ILogger logger, string module, int count);

    [LoggerMessage(102, LogLevel.Warning, "{Module}: {Call} (user {User}), given up earlier, came back after {Elapsed}")]
    public static partial void CameBack(this ILogger logger, string module, string call, string user, TimeSpan elapsed);

    [LoggerMessage(103, LogLevel.Warning, "{Module}: enough hanging calls came back; it is called again")]
    public static partial void ServesAgain(this ILogger logger, string module);

    [LoggerMessage(110, LogLevel.Debug, "Plugin {File}, version {Version}: loaded from {Copy}")]
    public static partial void PluginLoaded(this ILogger logger, string file, string? version, string copy);

    [LoggerMessage(111, LogLevel.Warning, "Plugin {File} is refused; the configuration does not name it, so it is left alone: {Problem}")]
    public static partial void PluginBroken(this ILogger logger, string file, PluginProblem problem);

    [LoggerMessage(112, LogLevel.Information, "Removed {Folder}, left by a run that was killed")]
    public static partial void LeftoverRemoved(this ILogger logger, string folder);

    [LoggerMessage(113, LogLevel.Warning, "{Folder} cannot be removed and stays: {Reason}")]
    public static partial void LeftoverStays(this ILogger logger, string folder, string reason);

    [LoggerMessage(120, LogLevel.Debug, "{Module}: not constructed")]
    public static partial void NotConstructed(this ILogger logger, Exception exception, string module);

    [LoggerMessage(121, LogLevel.Debug, "{Module}: started")]
    public static partial void ModuleStarted(this ILogger logger, string module);

    [LoggerMessage(122, LogLevel.Error, "{Module}: did not stop in order: {Reason}")]
    public static partial void ModuleNotStopped(this ILogger logger, string module, string reason);

    [LoggerMessage(123, LogLevel.Warning, "{Module} keeps its mail in files of this host, and userdb '{Userdb}' can be shared by several: a user whose mail comes in at two hosts has a part of it on each. Run one host with it, or choose another mda")]
    public static partial void KeptByOneHost(this ILogger logger, string module, string userdb);

    [LoggerMessage(124, LogLevel.Warning, "The user database is read-only, as 'userdb_read_only' says: records stay as they are, and the first mail of a new user is answered 451")]
    public static partial void UsersAreReadOnly(this ILogger logger);

    [LoggerMessage(130, LogLevel.Critical, "{Modules}: an exception escaped outside of every call (on a thread, a timer or a finalizer of the plugin's own, or in async void): {What}. Faulted from now on: all that needs it is answered as a temporary failure until the server is restarted")]
    public static partial void ModuleEscaped(this ILogger logger, Exception exception, string modules, string what);

    [LoggerMessage(131, LogLevel.Critical, "{Modules}: again an exception escaped outside of every call: {What}; {Untold} more went untold")]
    public static partial void ModuleEscapedAgain(this ILogger logger, string modules, string what, long untold);

    [LoggerMessage(132, LogLevel.Critical, "of the host: an exception escaped on a thread, and no module is in its stack trace: {What}; please report this ({Untold} more went untold)")]
    public static partial void HostEscaped(this ILogger logger, Exception exception, string what, long untold);

    [LoggerMessage(133, LogLevel.Warning, "{Modules}: a task failed that nobody awaits: {What}; nothing is faulted for it ({Untold} more went untold)")]
    public static partial void TaskUnobserved(this ILogger logger, Exception exception, string modules, string what, long untold);
}
