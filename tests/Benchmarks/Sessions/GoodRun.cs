namespace MailStore.Benchmarks.Sessions;

/// <summary>What <see cref="GoodClients"/> came to.</summary>
/// <param name="Stored">Mails that were acknowledged.</param>
/// <param name="Refused">Replies that should not have come.</param>
/// <param name="Length">How long it took.</param>
internal sealed record GoodRun(int Stored, IReadOnlyList<string> Refused, TimeSpan Length)
{
    public double PerSecond => Stored / Length.TotalSeconds;
}
