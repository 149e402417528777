using System.Runtime.CompilerServices;

namespace MailStore.Sdk.Tests.Conformance;

/// <summary>The shelf, with the name of its user in each home; and an inspection of it.</summary>
internal class InspectingShelf(ModuleContext context) : ShelfAgent(context), IStorageInspection
{
    public async IAsyncEnumerable<Finding> InspectUserAsync(EffectiveUser user, Inspection inspection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        if (user.Allocation?.Values.GetValueOrDefault(Allocation.Home) is { } home && !IsRight(home))
            yield return new Finding { Kind = FindingKind.MissingPlace, Place = home, What = "it is gone" };
    }

    public async IAsyncEnumerable<Finding> InspectPlacesAsync(IUserRecords records, Inspection inspection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var home in Directory.Exists(Root) ? Directory.GetDirectories(Root).Where(IsSeen).ToList() : [])
        {
            var user = Uri.UnescapeDataString(Path.GetFileName(home).Split(' ')[1]);
            if ((await records.FindAsync(user, cancellationToken))?.Allocation?.Values.GetValueOrDefault(Allocation.Home) == home)
                continue;
            var holdsMail = Directory.EnumerateFileSystemEntries(home).Any();
            yield return new Finding
            {
                Kind = holdsMail ? FindingKind.OrphanedMail : FindingKind.Orphan,
                Place = home,
                What = "it is nobody's",
                Repair = holdsMail ? null : "remove it",
                IsRepaired = TryRemove(home, inspection.Repair),
                User = user,
            };
        }
    }

    protected virtual bool IsRight(string home) => Directory.Exists(home);

    protected virtual bool IsSeen(string home) => true;

    protected virtual bool TryRemove(string home, bool isAsked)
    {
        if (!isAsked || Directory.EnumerateFileSystemEntries(home).Any())
            return false;
        Directory.Delete(home);
        return true;
    }

    protected override string HomeName(EffectiveUser user, AllocationContext attempt) => $"{attempt.AllocationId} {Uri.EscapeDataString(user.Name)}";
}
