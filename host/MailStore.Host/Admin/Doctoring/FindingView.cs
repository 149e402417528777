using MailStore.Sdk;

namespace MailStore.Host.Admin.Doctoring;

/// <summary>A finding as JSON tells it: a line of <c>mailstore doctor --json</c>.</summary>
/// <param name="Kind">For programs.</param>
/// <param name="Mda">The instance in whose storage it is; null for one of the records themselves.</param>
/// <param name="Repair">What a repair does or did; null if it can do nothing.</param>
internal sealed record FindingView(string Kind, string? User, string? Mda, string? Place, string What, string? Repair, bool Repaired)
{
    public static FindingView Of(Finding finding, string? user, string mda) =>
        new(finding.Kind, user ?? finding.User, mda, finding.Place, finding.What, finding.Repair, finding.IsRepaired);

    /// <summary>Of something that only the administrator can mend.</summary>
    public static FindingView OfRecord(string kind, string? user, string? mda, string what) => new(kind, user, mda, null, what, null, false);
}
