using MailStore.Sdk;

namespace MailStore.Plugins.Tests.LiteDb;

/// <summary>Compares records by what they hold; the records themselves compare their dictionaries by reference.</summary>
internal sealed class UserComparer : IEqualityComparer<UserRecord>
{
    public static UserComparer Instance { get; } = new();

    public bool Equals(UserRecord? x, UserRecord? y) => x is null || y is null
        ? x is null && y is null
        : x.Name == y.Name && x.Version == y.Version && x.Settings.SequenceEqual(y.Settings) && Same(x.Allocation, y.Allocation);

    public int GetHashCode(UserRecord obj) => obj.Name.GetHashCode(StringComparison.Ordinal);

    private static bool Same(Allocation? x, Allocation? y) => x is null || y is null
        ? x is null && y is null
        : x.Id == y.Id && x.Mda == y.Mda && x.Form == y.Form && x.Values.SequenceEqual(y.Values);
}
