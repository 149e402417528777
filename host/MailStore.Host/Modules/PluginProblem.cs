namespace MailStore.Host.Modules;

/// <summary>Why a plugin cannot be used.</summary>
/// <param name="Reason">What is wrong, with the file: <c>modules.d/x.dll is not a .NET assembly</c>.</param>
/// <param name="Remedy">What to do.</param>
internal sealed record PluginProblem(string Reason, string Remedy)
{
    public override string ToString() => $"{Reason}; {Remedy}";
}
