using System.Collections.Immutable;
using MailStore.Host.Admin.Moving;
using MailStore.Sdk;

namespace MailStore.Host.Admin;

/// <summary>A user record as JSON tells it, and as <c>user import --json</c> reads it back.</summary>
internal sealed record UserView
{
    public required string Name { get; init; }

    public IReadOnlyDictionary<string, string> Settings { get; set; } = ImmutableDictionary<string, string>.Empty;

    public AllocationView? Allocation { get; init; }

    public long Version { get; init; }

    /// <summary>The instance of the MDA that is responsible, whoever said so.</summary>
    public string? Mda { get; init; }

    public bool? Enabled { get; init; }

    /// <summary>As allocated; what reading programs need.</summary>
    public string? Home { get; init; }

    public string? Uid { get; init; }

    public string? Gid { get; init; }

    /// <summary>Only of a user who is being moved.</summary>
    public MoveView? Moving { get; init; }

    /// <summary>Only of one who is shown: his settings with those of his domain, of the module's table and its defaults, as the policy has it.</summary>
    public IReadOnlyList<SettingView>? InForce { get; init; }

    /// <summary>Only of one who was changed: what was written, and does not count.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }

    /// <summary>Only in the first line of a list: how far its database has counted, for the one that the users are moved to.</summary>
    public CountersView? Counters { get; init; }

    public static UserView Of(UserRecord record, string mda, bool enabled) => new()
    {
        Name = record.Name,
        Settings = record.Settings,
        Allocation = record.Allocation is { } allocation ? AllocationView.Of(allocation) : null,
        Version = record.Version,
        Mda = mda,
        Enabled = enabled,
        Home = record.Allocation?.Values.GetValueOrDefault(Sdk.Allocation.Home),
        Uid = record.Allocation?.Values.GetValueOrDefault(Sdk.Allocation.Uid),
        Gid = record.Allocation?.Values.GetValueOrDefault(Sdk.Allocation.Gid),
        Moving = MoveState.TryOf(record) is { } state ? MoveView.Of(record, state) : null,
    };

    public UserRecord ToRecord() => new()
    {
        Name = Name,
        Settings = Settings.ToImmutableSortedDictionary(StringComparer.Ordinal),
        Allocation = Allocation?.ToAllocation(),
    };
}
