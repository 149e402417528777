namespace MailStore.LiteDb.Mails.Files;

/// <summary>A read of a file.</summary>
internal interface IFileRead
{
    void Run(MailDatabase database);
}

/// <inheritdoc cref="IFileRead"/>
internal sealed class FileRead<T>(Func<MailDatabase, T> read, CancellationToken cancellationToken) : FileRequest<T>(cancellationToken), IFileRead
{
    public void Run(MailDatabase database) => Succeed(read(database));
}
