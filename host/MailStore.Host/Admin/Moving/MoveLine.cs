using System.Text.Json.Serialization;

namespace MailStore.Host.Admin.Moving;

/// <summary>A line of what <c>user move</c> tells while it goes on; the last one has an <see cref="Outcome"/> or an <see cref="Error"/>.</summary>
internal sealed record MoveLine
{
    public required string User { get; init; }

    /// <summary>What is being done: <c>looking</c>, or a <see cref="MovePhase"/> in lower case.</summary>
    public string? Phase { get; init; }

    /// <summary>Mails that are at the new place by now, or that would be moved.</summary>
    public long Mails { get; init; }

    public long Bytes { get; init; }

    /// <summary>How many there were when it began.</summary>
    public long? Total { get; init; }

    /// <summary>At the switch, for the administrator's command.</summary>
    public MovedPlaces? Places { get; init; }

    /// <summary>Whether the administrator's command is waited for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool WantsHook { get; init; }

    public MoveOutcome? Outcome { get; init; }

    /// <summary>What else is to be said of the outcome.</summary>
    public string? Note { get; init; }

    public string? Error { get; init; }

    public int? ExitCode { get; init; }
}

/// <summary>Where from and where to: MDAs, and homes where they have some.</summary>
internal sealed record MovedPlaces(string FromMda, string? FromHome, string ToMda, string? ToHome);

/// <summary>How a move ended.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MoveOutcome>))]
internal enum MoveOutcome
{
    [JsonStringEnumMemberName("moved")]
    Moved,

    /// <summary>He was there already.</summary>
    [JsonStringEnumMemberName("unchanged")]
    Unchanged,

    /// <summary>He had no mail: only his record says where it will go.</summary>
    [JsonStringEnumMemberName("redirected")]
    Redirected,

    /// <summary>It was given up, and all is as before.</summary>
    [JsonStringEnumMemberName("aborted")]
    Aborted,

    /// <summary>Nothing was done but look.</summary>
    [JsonStringEnumMemberName("looked")]
    Looked,
}
