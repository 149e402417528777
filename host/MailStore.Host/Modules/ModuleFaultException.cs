namespace MailStore.Host.Modules;

/// <summary>
/// A module broke its contract: it threw, returned what it must not, did not come back in time, or is refused because it is faulted.
/// Logged already, at the boundary of the module; to be answered as a temporary failure (451 4.3.0).
/// </summary>
internal sealed class ModuleFaultException(ModuleIdentity module, string call, string? user, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    public ModuleIdentity Module { get; } = module;

    /// <summary>The member of the contract that was called: <c>DeliverAsync</c>.</summary>
    public string Call { get; } = call;

    /// <summary>The user whom the call was about, or null.</summary>
    public string? User { get; } = user;

    /// <summary>The call did not finish before its deadline, whether it then heeded the cancellation or not.</summary>
    public bool TimedOut { get; init; }

    /// <summary>
    /// The call still runs, and the module may still use what it was given: the memory behind a mail must never be reused. What it will
    /// come to is unknown.
    /// </summary>
    public bool Abandoned { get; init; }

    /// <summary>Of an abandoned call: ends when the module is back, as a task of the call's own result, which is null where it threw or returned what it must not. Null for all others.</summary>
    public Task? Late { get; init; }

    /// <summary>The module was not called at all: see <see cref="ModuleBoundary.IsFaulted"/>.</summary>
    public bool Refused { get; init; }
}
