namespace MailStore.Host.Admin;

/// <summary>What <c>mailstore health</c> tells.</summary>
internal sealed record HealthView(bool Healthy, string Version, int ProcessId, double UptimeSeconds, IReadOnlyList<string> Listening, IReadOnlyList<ModuleHealthView> Modules);

/// <summary>One module's health.</summary>
internal sealed record ModuleHealthView(string Kind, string Instance, string Module, bool Healthy, string Message);
