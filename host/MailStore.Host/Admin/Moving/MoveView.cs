using MailStore.Sdk;

namespace MailStore.Host.Admin.Moving;

/// <summary>A move under way, as <c>user show</c> tells it.</summary>
/// <param name="Phase">See <see cref="MovePhase"/>; in lower case.</param>
/// <param name="From">The MDA that he leaves.</param>
/// <param name="To">The MDA that he goes to.</param>
/// <param name="Delivers">The MDA that his mail is delivered to now.</param>
/// <param name="OtherHome">The home of the place that his mail is not delivered to now, where it has one.</param>
/// <param name="IsReturn">Whether he is on his way back from a move that was given up.</param>
internal sealed record MoveView(string Phase, string From, string To, string Delivers, string? OtherHome, DateTimeOffset Started, bool IsReturn)
{
    /// <summary>In words, with what can be done.</summary>
    public string Text => (Phase, IsReturn) switch
    {
        ("undoing", _) => $"the move from mda '{From}' to mda '{To}' was given up, and the new place is being removed; 'mailstore user move' or --abort ends it",
        ("removing", _) => $"all mail is at mda '{To}', and the old place at mda '{From}' is being removed; 'mailstore user move' ends it",
        (_, true) => $"on his way back from mda '{From}' to mda '{To}' ({Phase}), mail goes to mda '{Delivers}'; 'mailstore user move' or --abort goes on with it",
        _ => $"on his way from mda '{From}' to mda '{To}' ({Phase}), mail goes to mda '{Delivers}'; 'mailstore user move' goes on with it, --abort leads back",
    };

    public static MoveView Of(UserRecord record, MoveState state)
    {
        var own = record.Allocation?.Mda ?? "";
        var (from, to) = state.IsSwitched ? (state.Other.Mda, own) : (own, state.Other.Mda);
        return new MoveView(state.Phase.ToString().ToLowerInvariant(), from, to, own, state.Other.Values.GetValueOrDefault(Allocation.Home), state.Started, state.IsReturn);
    }
}
