namespace MailStore.Host.Configuration;

/// <summary>
/// The configuration cannot be used: all its mistakes, found in one go, in the order of the file. Told without a stack trace; exit code 78 (EX_CONFIG).
/// </summary>
internal sealed class ConfigurationException(IReadOnlyList<Mistake> mistakes)
    : Exception(string.Join(Environment.NewLine, Mistake.Sorted(mistakes)))
{
    public IReadOnlyList<Mistake> Mistakes { get; } = Mistake.Sorted(mistakes);
}
