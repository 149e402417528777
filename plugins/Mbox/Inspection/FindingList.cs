using MailStore.Sdk;

namespace MailStore.Mbox.Inspection;

/// <summary>Gathers findings; mends each as it comes, where that is asked for.</summary>
internal sealed class FindingList(bool repair, string? user = null)
{
    private readonly List<Finding> _findings = [];

    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>Adds a finding that only the administrator can mend.</summary>
    public void Add(string kind, string place, string what) => _findings.Add(new Finding { Kind = kind, Place = place, What = what, User = user });

    /// <summary>Adds a finding, and mends it.</summary>
    /// <param name="kind">See <see cref="FindingKind"/>.</param>
    /// <param name="place">Where.</param>
    /// <param name="what">What is wrong.</param>
    /// <param name="remedy">What the repair does.</param>
    /// <param name="mend">Does it; false where it is not done after all.</param>
    public async Task AddAsync(string kind, string place, string what, string remedy, Func<Task<bool>> mend)
    {
        var isRepaired = false;
        try
        {
            isRepaired = repair && await mend();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or TemporaryFailureException)
        {
            what += $"; the repair failed: {e.Message}";
        }

        _findings.Add(new Finding { Kind = kind, Place = place, What = what, Repair = remedy, IsRepaired = isRepaired, User = user });
    }
}
