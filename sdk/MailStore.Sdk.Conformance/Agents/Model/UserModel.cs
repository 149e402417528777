namespace MailStore.Sdk.Conformance;

/// <summary>One user of an <see cref="AgentModel"/>.</summary>
internal sealed class UserModel(UserRecord record)
{
    public UserRecord Record { get; set; } = record;

    /// <summary>The mails that he must have.</summary>
    public List<DeliveryOutcome> Stored { get; } = [];

    /// <summary>Those that he must not have: refused, or of an earlier user of his name.</summary>
    public List<DeliveryOutcome> Refused { get; } = [];

    /// <summary>Earlier users of his name whose mail was kept.</summary>
    public List<(UserRecord Record, List<DeliveryOutcome> Stored)> Earlier { get; } = [];
}
