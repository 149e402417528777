using System.Globalization;
using MailStore.Sdk;

namespace MailStore.Maildir.Places;

/// <summary>How a <see cref="Place"/> is written into a user's record.</summary>
internal static class AllocationForm
{
    public const int Current = 1;

    /// <summary>The key of <see cref="Owner.Claim"/>.</summary>
    public const string Claim = "claim";

    /// <summary>The key that says that the administrator named this very place.</summary>
    public const string Forced = "forced";

    public static Allocation Write(Place place, bool isNamedPlace, AllocationContext context)
    {
        var values = new Dictionary<string, string> { [Allocation.Home] = place.Home, [Claim] = place.Owner.Claim };
        if (place.Owner.Ids is { } ids)
        {
            values[Allocation.Uid] = ids.Uid.ToString(CultureInfo.InvariantCulture);
            values[Allocation.Gid] = ids.Gid.ToString(CultureInfo.InvariantCulture);
        }

        if (isNamedPlace)
            values[Forced] = "yes";
        return context.Complete(Current, values);
    }
}
