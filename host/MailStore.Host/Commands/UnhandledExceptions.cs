using System.Runtime.ExceptionServices;
using MailStore.Host.Modules;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Commands;

/// <summary>
/// The runtime's last resort, for the whole process: an exception that nobody catches, on whatever thread but the main one, would end it with 134 (SIGABRT).
/// Handled here, it ends its thread, or its callback on a thread that is the runtime's (the pool, timers, finalizers), and the process goes on. Nothing can be done
/// about a stack overflow, <see cref="Environment.FailFast(string)"/>, a crash of native code, or lack of memory where that strikes the runtime itself.
/// </summary>
internal static class UnhandledExceptions
{
    private static volatile EscapedExceptions? _modules;
    private static volatile Action<bool>? _then;

    /// <summary>Once a process: the runtime takes no second handler.</summary>
    public static void Install()
    {
        ExceptionHandling.SetUnhandledExceptionHandler(Handle);
        TaskScheduler.UnobservedTaskException += HandleUnobserved;
    }

    /// <summary>Has modules watched from here on, in place of those of an earlier call. Never taken back: threads of modules outlive the modules.</summary>
    /// <returns>Wants to know the modules before their code runs.</returns>
    public static EscapedExceptions Watch(ILoggerFactory loggerFactory, TimeProvider clock) =>
        _modules = new EscapedExceptions(loggerFactory.CreateLogger("MailStore.Modules"), clock);

    /// <summary>What the command does about it; told whether it is a module's. Called on the thread that threw, in the middle of the throw: it must be quick.</summary>
    public static void Then(Action<bool> then) => _then = then;

    /// <summary>An exception filter of the runtime. To throw here, or to say false, is to let the process abort.</summary>
    private static bool Handle(Exception exception)
    {
        try
        {
            if (_modules is { } modules)
            {
                _then?.Invoke(modules.Take(exception));
            }
            else
            {
                Console.Error.WriteLine($"mailstore: this should not happen, please report it: {ForeignException.Tame(exception)}");
                _then?.Invoke(false);
            }

            return true;
        }
        catch (Exception) // the boundary of the process: what is left is to abort, with the first exception told by the runtime
        {
            return false;
        }
    }

    private static void HandleUnobserved(object? sender, UnobservedTaskExceptionEventArgs arguments)
    {
        arguments.SetObserved();
        try
        {
            _modules?.TakeUnobserved(arguments.Exception);
        }
        catch (Exception) // the boundary of the process: this is the thread of the finalizers, and the exception did no harm
        {
        }
    }
}
