namespace MailStore.Sdk;

/// <summary>Implemented by a mailbox that knows how much it holds.</summary>
public interface IMailboxUsage
{
    /// <summary>Tells how much the mailbox holds, by the same count that its quota goes by.</summary>
    /// <param name="cancellationToken">Gives the call up.</param>
    ValueTask<MailboxUsage> GetUsageAsync(CancellationToken cancellationToken);
}
