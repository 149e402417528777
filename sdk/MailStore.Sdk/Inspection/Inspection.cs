namespace MailStore.Sdk;

/// <summary>How an inspection is to go.</summary>
/// <param name="repair">See <see cref="Repair"/>.</param>
/// <param name="settledAfter">See <see cref="SettledAfter"/>.</param>
public sealed class Inspection(bool repair, TimeSpan settledAfter)
{
    /// <summary>Whether what is found is to be mended, where that is safe. Else nothing is changed.</summary>
    public bool Repair { get; } = repair;

    /// <summary>What has not changed for so long is nobody's allocation or removal under way. What is younger is no finding.</summary>
    public TimeSpan SettledAfter { get; } = settledAfter;
}
