namespace MailStore.Host.Commands.Importing;

/// <summary>Another place whose mails are imported. Nothing in it is changed.</summary>
internal interface IMailSource : IAsyncDisposable
{
    /// <summary>Its mails, folder by folder, as they arrived. Each is read before the next one is asked for.</summary>
    IAsyncEnumerable<SourceMail> ReadAsync(CancellationToken cancellationToken);
}
