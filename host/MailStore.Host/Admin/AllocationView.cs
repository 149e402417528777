using System.Collections.Immutable;
using MailStore.Sdk;

namespace MailStore.Host.Admin;

/// <summary>An allocation as JSON tells it.</summary>
internal sealed record AllocationView(string Id, string Mda, int Form, IReadOnlyDictionary<string, string> Values)
{
    public static AllocationView Of(Allocation allocation) => new(allocation.Id, allocation.Mda, allocation.Form, allocation.Values);

    public Allocation ToAllocation() => new()
    {
        Id = Id,
        Mda = Mda,
        Form = Form,
        Values = Values.ToImmutableSortedDictionary(StringComparer.Ordinal),
    };
}
