namespace MailStore.Host.Configuration;

/// <summary>The configuration cannot be used: all its mistakes, found in one go. Told without a stack trace; exit code 78 (EX_CONFIG).</summary>
internal sealed class ConfigurationException(IReadOnlyList<Mistake> mistakes)
    : Exception(string.Join(Environment.NewLine, mistakes))
{
    public IReadOnlyList<Mistake> Mistakes { get; } = mistakes;
}
