namespace MailStore.Host.Modules;

/// <summary>One fault of a module, as it is remembered.</summary>
/// <param name="Text">What it did: <c>DeliverAsync for 'alice@example.org' threw …</c>.</param>
internal sealed record ModuleFault(string Text, DateTimeOffset At);
