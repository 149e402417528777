namespace MailStore.LiteDb.Mails.Files;

/// <summary>The removal of a file, if at this very moment it holds nothing that anybody else needs.</summary>
internal sealed class FileDrop(Func<MailDatabase, bool> isNeedless, CancellationToken cancellationToken) : FileRequest<bool>(cancellationToken)
{
    public bool IsDue(MailDatabase database) => isNeedless(database);

    public void Answer(bool isDropped) => Succeed(isDropped);
}
