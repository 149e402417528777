using System.Collections.Immutable;
using System.Diagnostics;
using System.Reflection;
using System.Runtime.Loader;

namespace MailStore.Host.Modules;

/// <summary>
/// The modules whose code may run, from just before each is constructed: says whose an exception is by the code that stands in its stack trace. Thread-safe.
/// </summary>
internal sealed class ModuleRoster
{
    private ImmutableList<Entry> _entries = [];

    /// <param name="implementation">The module's class.</param>
    public void Add(Type implementation, ModuleBoundary boundary) =>
        ImmutableInterlocked.Update(ref _entries, static (entries, entry) => entries.Add(entry), new Entry(implementation, boundary));

    /// <summary>
    /// The modules that let an exception escape. By the plugin in whose load context the code is that could have caught it last; of several modules of
    /// that plugin those whose class stands in the stack trace; else all of them, since what they share may be what is broken.
    /// </summary>
    /// <returns>None if no plugin can be told.</returns>
    public IReadOnlyList<ModuleBoundary> FindOwners(Exception exception)
    {
        var entries = _entries;
        foreach (var type in CodeOf(exception).Concat(AllOf(exception).Select(each => each.GetType())))
        {
            var context = AssemblyLoadContext.GetLoadContext(type.Assembly);
            if (context is null || context == AssemblyLoadContext.Default)
                continue; // the host's own, or a shared assembly's
            var plugin = entries.FindAll(entry => AssemblyLoadContext.GetLoadContext(entry.Implementation.Assembly) == context);
            if (plugin.Count > 0)
                return [.. Narrow(plugin, exception).Select(entry => entry.Boundary).Distinct()];
        }

        return [];
    }

    private static ImmutableList<Entry> Narrow(ImmutableList<Entry> plugin, Exception exception)
    {
        foreach (var type in CodeOf(exception))
        {
            // closures and state machines are nested in the class that they were written in
            for (var outer = type; outer is not null; outer = outer.DeclaringType)
            {
                if (plugin.FindAll(entry => entry.Implementation == outer) is { Count: > 0 } named)
                    return named;
            }
        }

        return plugin;
    }

    /// <summary>The classes whose code an exception went through; what is nearest to the start of its thread, and could have caught it last, first.</summary>
    private static IEnumerable<Type> CodeOf(Exception exception) =>
        from each in AllOf(exception)
        from frame in new StackTrace(each, fNeedFileInfo: false).GetFrames().Reverse()
        let method = frame.GetMethod()
        where method?.DeclaringType is not null
        select method.DeclaringType;

    /// <summary>The exception, and those behind it.</summary>
    private static IEnumerable<Exception> AllOf(Exception exception)
    {
        const int enough = 100; // a module may make a chain as long as it likes
        var waiting = new Queue<Exception>([exception]);
        for (var i = 0; i < enough && waiting.TryDequeue(out var each); i++)
        {
            yield return each;
            if (each is AggregateException many)
            {
                foreach (var inner in many.InnerExceptions)
                    waiting.Enqueue(inner);
            }
            else if (each.InnerException is { } inner)
            {
                waiting.Enqueue(inner);
            }
        }
    }

    private sealed record Entry(Type Implementation, ModuleBoundary Boundary);
}
