namespace MailStore.Host.Modules;

/// <summary>Exceptions of modules are the modules' code too: telling one may throw once more, which nothing else would catch.</summary>
internal static class ForeignException
{
    /// <summary>Type and message on one line.</summary>
    public static string Describe(Exception exception)
    {
        try
        {
            return $"{exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")}";
        }
        catch (Exception) // the boundary of a module: Message is virtual
        {
            return $"{exception.GetType().Name}, which cannot tell its message";
        }
    }

    /// <summary>The exception, if a log can tell it; else one that says so.</summary>
    public static Exception Tame(Exception exception)
    {
        try
        {
            _ = exception.ToString();
            return exception;
        }
        catch (Exception) // the boundary of a module: ToString is virtual
        {
            return new InvalidOperationException($"an exception of type {exception.GetType().FullName}, which cannot be told");
        }
    }
}
