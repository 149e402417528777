using MailStore.Sdk;

namespace MailStore.LiteDb.Mails.Files;

/// <summary>A mail on its way into a file.</summary>
internal sealed class DeliveryWrite(NewMail mail, QuotaLimit limit, CancellationToken cancellationToken)
    : FileWrite<DeliveryDecision>(batch => Decide(batch, mail, limit), cancellationToken)
{
    public override long Size => mail.Size;

    public override IEnumerable<DoubtfulMail> Doubtful => Decision?.Key is { } key ? [new DoubtfulMail(mail.Place, key)] : [];

    public override void AnswerAfterFault(MailDatabase database, Exception fault)
    {
        // one that was refused may have been so because of others that are not stored now
        if (Decision?.Key is { } key && database.Has(key))
            Answer();
        else
            Fail(fault);
    }

    private static DeliveryDecision Decide(MailBatch batch, NewMail mail, QuotaLimit limit)
    {
        if (batch.Find(mail.Place) is not { } mailbox)
            return new DeliveryDecision(null, DeliveryResult.TemporaryFailure(mail.Place.NotThere));
        if (!limit.Allows(mailbox.Bytes + mail.Size, mailbox.Count + 1))
            return new DeliveryDecision(null, DeliveryResult.OverQuota(limit.Describe(mailbox.Bytes, mailbox.Count, mail.Size)));
        var key = batch.Store(mailbox, mail);
        return new DeliveryDecision(key, DeliveryResult.Stored(key.Id, key.Folder.Length == 0 ? null : key.Folder));
    }
}
