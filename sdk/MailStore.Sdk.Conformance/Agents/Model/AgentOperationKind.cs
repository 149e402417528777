namespace MailStore.Sdk.Conformance;

/// <summary>What is done in a random sequence.</summary>
internal enum AgentOperationKind
{
    Deliver,
    DeliverAtOnce,
    DeliverCancelled,
    DeliverBroken,
    Look,
    Race,
    AllocateAndDie,
    Remove,
    AddAgain,
    Restart,
    Kill,
}
