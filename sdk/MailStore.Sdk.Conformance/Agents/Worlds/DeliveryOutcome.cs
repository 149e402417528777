namespace MailStore.Sdk.Conformance;

/// <summary>What a call of <see cref="IMailbox.DeliverAsync"/>, or of <see cref="IMailboxImport.ImportAsync"/>, came to for a mail: a result, or what it threw.</summary>
internal sealed record DeliveryOutcome(Letter Letter, DeliveryResult? Result, Exception? Thrown)
{
    /// <summary>The call, for messages.</summary>
    public string Call { get; init; } = "DeliverAsync";

    public bool IsStored => Result?.Status == DeliveryStatus.Stored;

    public bool IsCancelled => Thrown is OperationCanceledException;

    public string StoredId => Result?.StoredId ?? "";

    /// <summary>For messages.</summary>
    public override string ToString() => Thrown is null ? $"gave {Result}" : $"threw {Thrown.GetType().Name}: {Thrown.Message}";
}
