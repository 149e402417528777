using System.Text.Json;
using MailStore.Host.Configuration;
using MailStore.Sdk;

namespace MailStore.Host.Admin.Moving;

/// <summary>
/// What a record says of a move under way, in the setting <c>moving</c>: so every user database keeps it, and whoever reads the record sees both places at one instant.
/// </summary>
internal sealed record MoveState
{
    public required MovePhase Phase { get; init; }

    /// <summary>The place that is not the record's own: the new one before the switch, the old one after it.</summary>
    public required AllocationView Other { get; init; }

    /// <summary>What changes in the settings when <see cref="Other"/> becomes the record's own place.</summary>
    public SettingsChange Change { get; init; } = new();

    public DateTimeOffset Started { get; init; }

    /// <summary>When the last look at all of the old place began before the switch.</summary>
    public DateTimeOffset? LastPass { get; init; }

    public bool KeepOld { get; init; }

    /// <summary>Whether what the new place cannot keep may be lost.</summary>
    public bool AllowLoss { get; init; }

    /// <summary>Whether he goes back, so that <see cref="Other"/> was his before, and what is there stays.</summary>
    public bool IsReturn { get; init; }

    /// <summary>Which run of the command goes on with it; see <see cref="MoveRun"/>.</summary>
    public string? Run { get; init; }

    /// <summary>Whether mail is delivered to the new place already.</summary>
    public bool IsSwitched => Phase is MovePhase.Switched or MovePhase.Draining or MovePhase.Removing;

    /// <summary>What a record says; null for one whose user stays where he is.</summary>
    /// <exception cref="AdminException">It says something that this version does not know.</exception>
    public static MoveState? Of(UserRecord record) => record.Settings.TryGetValue(HostKeys.Moving, out var text)
        ? TryParse(text) ?? throw new AdminException(ExitCode.DataError,
            $"user '{record.Name}': his record says something of a move that this version does not know; update MailStore on this host, or 'mailstore user set {record.Name} --unset {HostKeys.Moving}' forgets the move and leaves both places as they are")
        : null;

    /// <summary>The same; null also where it cannot be read.</summary>
    public static MoveState? TryOf(UserRecord record) => record.Settings.TryGetValue(HostKeys.Moving, out var text) ? TryParse(text) : null;

    public static MoveState? TryParse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, AdminJson.Default.MoveState) is { Other: { Id: not null, Mda: not null, Values: not null } } state ? state : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public UserRecord In(UserRecord record) =>
        record with { Settings = record.Settings.SetItem(HostKeys.Moving, JsonSerializer.Serialize(this, AdminJson.Readable.MoveState)) };

    /// <summary>The record as it was without a move.</summary>
    public static UserRecord Without(UserRecord record) => record with { Settings = record.Settings.Remove(HostKeys.Moving) };

    /// <summary>The record as it were if the other place was the user's.</summary>
    public UserRecord OtherOf(UserRecord record)
    {
        var plain = Without(record);
        return plain with { Allocation = Other.ToAllocation(), Settings = Change.ApplyTo(plain.Settings) };
    }

    /// <summary>The record with the two places exchanged, and this state for what comes then.</summary>
    public UserRecord Exchanged(UserRecord record, MovePhase phase, DateTimeOffset lastPass)
    {
        var state = this with
        {
            Phase = phase,
            Other = AllocationView.Of(record.Allocation!),
            Change = Change.ReverseFor(Without(record).Settings),
            LastPass = lastPass,
        };
        return state.In(OtherOf(record));
    }
}
