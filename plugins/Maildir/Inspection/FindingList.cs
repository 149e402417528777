using MailStore.Maildir.Interop;
using MailStore.Sdk;

namespace MailStore.Maildir.Inspection;

/// <summary>Gathers findings; mends each as it comes, where that is asked for.</summary>
internal sealed class FindingList(bool repair)
{
    private readonly List<Finding> _findings = [];

    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>Adds a finding that only the administrator can mend.</summary>
    public void Add(string kind, string place, string what) => _findings.Add(new Finding { Kind = kind, Place = place, What = what });

    /// <summary>Adds a finding, and mends it.</summary>
    /// <param name="kind">See <see cref="FindingKind"/>.</param>
    /// <param name="place">Where.</param>
    /// <param name="what">What is wrong.</param>
    /// <param name="remedy">What the repair does.</param>
    /// <param name="mend">Does it; false where it is not done after all.</param>
    public void Add(string kind, string place, string what, string remedy, Func<bool> mend)
    {
        var isRepaired = false;
        try
        {
            isRepaired = repair && mend();
        }
        catch (PosixException e)
        {
            what += $"; the repair failed: {e.Message}";
        }

        _findings.Add(new Finding { Kind = kind, Place = place, What = what, Repair = remedy, IsRepaired = isRepaired });
    }

    public void Add(string kind, string place, string what, string remedy, Action mend) => Add(kind, place, what, remedy, () =>
    {
        mend();
        return true;
    });
}
