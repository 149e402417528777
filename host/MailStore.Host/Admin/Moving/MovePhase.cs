using System.Text.Json.Serialization;

namespace MailStore.Host.Admin.Moving;

/// <summary>How far a user has come on his way to another place. Which of the two places his mail is delivered to, his record says by its allocation.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<MovePhase>))]
internal enum MovePhase
{
    /// <summary>Mail is delivered to the old place; the new one is filled.</summary>
    [JsonStringEnumMemberName("copying")]
    Copying,

    /// <summary>Mail is delivered to the new place; the administrator's command is still to be run.</summary>
    [JsonStringEnumMemberName("switched")]
    Switched,

    /// <summary>Mail is delivered to the new place; hosts that do not know yet may deliver to the old one, where it is looked for.</summary>
    [JsonStringEnumMemberName("draining")]
    Draining,

    /// <summary>All is at the new place; the old one is being removed.</summary>
    [JsonStringEnumMemberName("removing")]
    Removing,

    /// <summary>The move was given up before the switch; the new place is being removed.</summary>
    [JsonStringEnumMemberName("undoing")]
    Undoing,
}
