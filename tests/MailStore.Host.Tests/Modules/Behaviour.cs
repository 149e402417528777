namespace MailStore.Host.Tests.Modules;

/// <summary>What a <see cref="ScriptedModule"/> does in a call.</summary>
public enum Behaviour
{
    Good,

    /// <summary>Throws before it returns a task.</summary>
    Throw,

    /// <summary>Returns a task that fails, later.</summary>
    Fail,

    /// <summary>Returns a task that never completes.</summary>
    Hang,

    /// <summary>Never returns.</summary>
    Block,

    Null,
    Temporary,
    Configuration,

    /// <summary>Throws an <see cref="OperationCanceledException"/> that nobody asked for.</summary>
    CancelUnasked,

    /// <summary>Waits until it is cancelled, and says so.</summary>
    HeedCancellation,

    /// <summary>Waits until it is cancelled, and then returns the true result all the same.</summary>
    IgnoreCancellation,

    /// <summary>Throws an exception that throws when it is told.</summary>
    ThrowUnspeakable,
}
