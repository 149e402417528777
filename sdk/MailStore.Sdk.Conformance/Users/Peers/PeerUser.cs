using System.Collections.Immutable;

namespace MailStore.Sdk.Conformance;

/// <summary>A record on a <see cref="PeerLine"/>.</summary>
internal sealed record PeerUser(string Name, long Version, Dictionary<string, string> Settings, PeerAllocation? Allocation)
{
    public static PeerUser? From(UserRecord? user) => user is null ? null : new PeerUser(
        user.Name, user.Version, new Dictionary<string, string>(user.Settings),
        user.Allocation is { } a ? new PeerAllocation(a.Id, a.Mda, a.Form, new Dictionary<string, string>(a.Values)) : null);

    public UserRecord ToRecord() => new()
    {
        Name = Name,
        Version = Version,
        Settings = Settings.ToImmutableSortedDictionary(StringComparer.Ordinal),
        Allocation = Allocation is { } a
            ? new Allocation { Id = a.Id, Mda = a.Mda, Form = a.Form, Values = a.Values.ToImmutableSortedDictionary(StringComparer.Ordinal) }
            : null,
    };
}
