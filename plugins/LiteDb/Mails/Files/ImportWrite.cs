namespace MailStore.LiteDb.Mails.Files;

/// <summary>Mails of one mailbox on their way into a file, in order, all of them or none, whatever its quota.</summary>
internal sealed class ImportWrite(IReadOnlyList<NewMail> mails, CancellationToken cancellationToken)
    : FileWrite<IReadOnlyList<MailKey>>(batch => Decide(batch, mails), cancellationToken)
{
    public override long Size { get; } = mails.Sum(mail => mail.Size);

    public override IEnumerable<DoubtfulMail> Doubtful => (Decision ?? []).Zip(mails, (key, mail) => new DoubtfulMail(mail.Place, key));

    public override void AnswerAfterFault(MailDatabase database, Exception fault)
    {
        if (Decision is { Count: > 0 } keys && keys.All(database.Has))
            Answer();
        else
            Fail(fault);
    }

    // empty where there is no mailbox
    private static IReadOnlyList<MailKey> Decide(MailBatch batch, IReadOnlyList<NewMail> mails) =>
        batch.Find(mails[0].Place) is { } mailbox ? [.. mails.Select(mail => batch.Store(mailbox, mail))] : [];
}
