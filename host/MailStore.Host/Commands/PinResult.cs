using MailStore.Host.Modules;

namespace MailStore.Host.Commands;

/// <summary>What came of one plugin in <c>module pin</c>.</summary>
/// <param name="Details">What differs, or why it is refused.</param>
/// <param name="Pin">What is pinned now; null if nothing is.</param>
internal sealed record PinResult(string Plugin, PinState State, IReadOnlyList<string> Details, PluginPin? Pin);
