using Microsoft.Extensions.Logging;

namespace MailStore.Host.Modules;

/// <summary>
/// What becomes of exceptions that no boundary sees, since no call of a module is on the stack: on a thread of its own, in a timer's callback, in
/// <c>async void</c>, in a finalizer. The modules whose they are become faulted. Called on the thread that threw, which may be that of the finalizers. Thread-safe.
/// </summary>
internal sealed class EscapedExceptions(ILogger logger, TimeProvider clock)
{
    private const string Host = "of the host";

    private readonly LogThrottle _throttle = new(TimeSpan.FromMinutes(1), clock);

    private volatile string? _last;

    /// <summary>The modules that are looked for.</summary>
    public ModuleRoster Roster { get; } = new();

    /// <summary>What escaped from a module last, and from which; null if nothing did.</summary>
    public string? Last => _last;

    /// <summary>Takes an exception that would end the process.</summary>
    /// <returns>Whether it is a module's.</returns>
    public bool Take(Exception exception)
    {
        var owners = Roster.FindOwners(exception);
        var what = ForeignException.Describe(exception);
        foreach (var owner in owners)
            owner.Fault($"let an exception escape on a thread or timer of its own: {what}");

        var titles = TitlesOf(owners);
        _last = owners.Count == 0 ? _last : $"{titles} let an exception escape on a thread or timer of its own: {what}";
        if (!_throttle.MayLog(titles, out var isFirst, out var untold))
            return owners.Count > 0;
        if (owners.Count == 0)
            logger.HostEscaped(ForeignException.Tame(exception), what, untold);
        else if (isFirst)
            logger.ModuleEscaped(ForeignException.Tame(exception), titles, what);
        else
            logger.ModuleEscapedAgain(titles, what, untold);
        return owners.Count > 0;
    }

    /// <summary>Takes the exception of a task that nobody awaited before it was collected: worth a line, and no more, since whoever started the task went on without it.</summary>
    public void TakeUnobserved(AggregateException exception)
    {
        var titles = TitlesOf(Roster.FindOwners(exception));
        if (_throttle.MayLog($"task: {titles}", out _, out var untold))
            logger.TaskUnobserved(ForeignException.Tame(exception), titles, ForeignException.Describe(exception.InnerExceptions is [var only] ? only : exception), untold);
    }

    private static string TitlesOf(IReadOnlyList<ModuleBoundary> modules) =>
        modules.Count == 0 ? Host : string.Join(", ", modules.Select(module => module.Module.Title).Distinct());
}
