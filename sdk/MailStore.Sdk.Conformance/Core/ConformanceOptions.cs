namespace MailStore.Sdk.Conformance;

/// <summary>How a case is run. Immutable.</summary>
public sealed record ConformanceOptions
{
    /// <summary>Where scratch places are made: an existing directory, on the kind of file system that the module will serve on. Default: the system's temporary folder.</summary>
    public string ScratchDirectory { get; init; } = Path.GetTempPath();

    /// <summary>After this time a case counts as one that never ends. Default: 60 seconds.</summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>From which random sequences are made; null for a new one each time. A failure tells the seed that it was found with.</summary>
    public int? Seed { get; init; }

    /// <summary>How many times longer than usual storms and random sequences go on. Default: 1, a few seconds for a whole kit.</summary>
    public int Effort { get; init; } = 1;
}
