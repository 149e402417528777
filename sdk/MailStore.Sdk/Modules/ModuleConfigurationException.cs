namespace MailStore.Sdk;

/// <summary>
/// The configuration, or the place where the server runs, does not allow what was asked, and no later try will change that until the
/// administrator does. At the start it stops the server with this message and no stack trace; later the MTA is told 451 4.3.5.
/// </summary>
public sealed class ModuleConfigurationException : Exception
{
    /// <summary>Makes an exception with a message for the administrator.</summary>
    /// <param name="message">What is wrong, where (file, key), and what to do.</param>
    /// <param name="innerException">The cause, if there is one.</param>
    public ModuleConfigurationException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
