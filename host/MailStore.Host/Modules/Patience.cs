namespace MailStore.Host.Modules;

/// <summary>How long a kind of call may take, in terms of <c>call_timeout</c>.</summary>
internal enum Patience
{
    /// <summary>The timeout.</summary>
    Normal,

    /// <summary>A call that waits for calls of other modules: enough more that theirs are given up first, and theirs is the blame.</summary>
    Outer,

    /// <summary>Starts, listings, constructors: five times the timeout.</summary>
    Long,

    /// <summary>Health: the timeout, but at most ten seconds.</summary>
    Short,

    /// <summary>Stopping: the timeout, but at most thirty seconds. Also granted to a module that is refused other calls.</summary>
    Farewell,
}
