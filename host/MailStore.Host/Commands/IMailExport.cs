using MailStore.Host.Admin;

namespace MailStore.Host.Commands;

/// <summary>A form in which mail leaves the program. Disposing it ends the last mail.</summary>
internal interface IMailExport : IAsyncDisposable
{
    /// <summary>Adds one mail.</summary>
    /// <param name="copyTo">Writes the mail, lines ended by LF.</param>
    Task AddAsync(StoredMailView mail, Func<Stream, Task> copyTo, CancellationToken cancellationToken);
}
