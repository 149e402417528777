namespace MailStore.LiteDb.Mails.Files;

/// <summary>A write to a file: decided in a batch, answered when that is durable.</summary>
internal interface IFileWrite
{
    /// <summary>What it may have stored, once it was decided, and is to be taken back where nobody can look.</summary>
    IEnumerable<DoubtfulMail> Doubtful { get; }

    void Decide(MailBatch batch);

    void Answer();

    /// <summary>Says what came of it when the batch came to a fault, and the file could be opened again.</summary>
    /// <param name="database">The file as it is on disk.</param>
    /// <param name="fault">What happened.</param>
    void AnswerAfterFault(MailDatabase database, Exception fault);
}

/// <inheritdoc cref="IFileWrite"/>
internal class FileWrite<T>(Func<MailBatch, T> write, CancellationToken cancellationToken) : FileRequest<T>(cancellationToken), IFileWrite
{
    public virtual IEnumerable<DoubtfulMail> Doubtful => [];

    protected T? Decision { get; private set; }

    public void Decide(MailBatch batch) => Decision = write(batch);

    public void Answer() => Succeed(Decision!);

    // these are all asked for again by who sees them fail
    public virtual void AnswerAfterFault(MailDatabase database, Exception fault) => Fail(fault);
}
