namespace MailStore.Sdk;

/// <summary>What a module says of itself when asked by <see cref="IModuleHealth"/>.</summary>
/// <param name="IsHealthy">Whether the module could serve a call now.</param>
/// <param name="Message">For the administrator: what is wrong and what to do, or a line of interest; may be empty when healthy.</param>
public sealed record ModuleHealth(bool IsHealthy, string Message)
{
    /// <summary>The module could serve a call now.</summary>
    /// <param name="message">A line of interest, such as a count; may be empty.</param>
    public static ModuleHealth Healthy(string message = "") => new(true, message);

    /// <summary>The module could not serve a call now.</summary>
    /// <param name="message">What is wrong and what to do.</param>
    public static ModuleHealth Unhealthy(string message) => new(false, message);
}
