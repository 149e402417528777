using System.Collections.Immutable;
using System.Globalization;
using MailStore.Sdk;

namespace MailStore.Probes;

/// <summary>What the entries of the journal come to.</summary>
internal sealed class State(Flaw flaw)
{
    private readonly StringComparer _comparer = flaw == Flaw.IgnoresCase ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
    private SortedDictionary<string, UserRecord>? _users;

    public SortedDictionary<string, UserRecord> Users => _users ??= new(_comparer);

    public Dictionary<string, long> Sequences { get; } = [];

    public Dictionary<string, (string Owner, DateTimeOffset Expires)> Locks { get; } = [];

    public long LastVersion { get; private set; }

    public static Entry Put(UserRecord user) => new("put", user.Name)
    {
        Version = user.Version,
        Settings = new(user.Settings),
        Allocation = user.Allocation is { } a ? [a.Id, a.Mda, a.Form.ToString(CultureInfo.InvariantCulture)] : null,
        Values = user.Allocation is { } b ? new(b.Values) : null,
    };

    public void Apply(Entry entry)
    {
        switch (entry.Do)
        {
            case "put":
                Users[entry.Name] = ToUser(entry);
                LastVersion = Math.Max(LastVersion, entry.Version);
                break;
            case "remove":
                Users.Remove(entry.Name);
                break;
            case "version":
                LastVersion = Math.Max(LastVersion, entry.Version);
                break;
            case "next":
                Sequences[entry.Name] = entry.Version;
                break;
            case "lock":
                Locks[entry.Name] = (entry.Owner!, entry.Expires);
                break;
            default:
                Locks.Remove(entry.Name);
                break;
        }
    }

    private UserRecord ToUser(Entry entry) => new()
    {
        Name = entry.Name,
        Version = entry.Version,
        Settings = entry.Settings!.Where(pair => flaw != Flaw.DropsEmptySettings || pair.Value.Length > 0).ToImmutableSortedDictionary(StringComparer.Ordinal),
        Allocation = entry.Allocation is { } a && flaw != Flaw.ForgetsTheAllocation
            ? new Allocation { Id = a[0], Mda = a[1], Form = int.Parse(a[2], CultureInfo.InvariantCulture), Values = entry.Values!.ToImmutableSortedDictionary(StringComparer.Ordinal) }
            : null,
    };
}
