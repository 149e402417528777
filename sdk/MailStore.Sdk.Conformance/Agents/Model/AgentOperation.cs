namespace MailStore.Sdk.Conformance;

/// <summary>One step of a random sequence.</summary>
internal readonly record struct AgentOperation(AgentOperationKind Kind, int User, int Host)
{
    private const int Users = 3;

    // mail is what comes most
    private static readonly AgentOperationKind[] Kinds =
    [
        .. Enum.GetValues<AgentOperationKind>(),
        .. Enumerable.Repeat(AgentOperationKind.Deliver, 6), AgentOperationKind.DeliverAtOnce, AgentOperationKind.Look, AgentOperationKind.Race,
    ];

    public static AgentOperation Next(Random random) => new(Kinds[random.Next(Kinds.Length)], random.Next(Users), random.Next(2));

    public override string ToString() => Kind switch
    {
        AgentOperationKind.Restart => $"restart host {Host + 1}",
        AgentOperationKind.Kill => $"kill host {Host + 1}",
        _ => $"{Word(Kind)} user {User + 1} on host {Host + 1}",
    };

    private static string Word(AgentOperationKind kind) => kind switch
    {
        AgentOperationKind.Deliver => "deliver a mail to",
        AgentOperationKind.DeliverAtOnce => "deliver mails at once to",
        AgentOperationKind.DeliverCancelled => "cancel a mail to",
        AgentOperationKind.DeliverBroken => "break off a mail to",
        AgentOperationKind.Look => "list and open the mails of",
        AgentOperationKind.Race => "allocate many times, and release the losers, for",
        AgentOperationKind.AllocateAndDie => "allocate without writing it for",
        AgentOperationKind.Remove => "remove the mail of, and add again,",
        AgentOperationKind.AddAgain => "remove, keeping his mail, and add again",
        _ => kind.ToString(),
    };
}
