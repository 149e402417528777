using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace MailStore.Host.Configuration;

/// <summary>The table <c>[modules]</c>.</summary>
internal sealed class ModulesOptions
{
    [Description("how long one call of a module may take before it is cancelled and answered as a temporary failure")]
    [Range(typeof(TimeSpan), "00:00:00.05", "00:09:00")]
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(60);

    [Description("how many calls may hang at the same time before the module counts as faulted and is called no more")]
    [Range(1, 10000)]
    public int HangLimit { get; set; } = 32;

    [Description("what follows when an exception escapes on a thread or timer of a module's own: restart (the server ends in order, with exit code 70, so that its supervisor starts it again) or continue (that module stays faulted, the others serve on)")]
    public UnhandledExceptionPolicy OnUnhandledException { get; set; } = UnhandledExceptionPolicy.Restart;

    [Description("whether a plugin must be pinned in modules.lock ('mailstore module pin'): optional (one that is pinned must be unchanged) or required (one that is not is refused)")]
    public PinsMode Pins { get; set; } = PinsMode.Optional;
}

/// <summary>See <see cref="ModulesOptions.OnUnhandledException"/>.</summary>
internal enum UnhandledExceptionPolicy
{
    Restart,
    Continue,
}

/// <summary>See <see cref="ModulesOptions.Pins"/>.</summary>
internal enum PinsMode
{
    Optional,
    Required,
}
