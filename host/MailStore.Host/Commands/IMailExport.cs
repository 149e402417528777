using MailStore.Host.Admin;

namespace MailStore.Host.Commands;

/// <summary>A form in which mail leaves the program. It bears its name only once it is complete; disposed before that, nothing is left of it.</summary>
internal interface IMailExport : IDisposable
{
    /// <summary>Adds one mail. One that breaks off leaves nothing, and the next may follow.</summary>
    /// <param name="copyTo">Writes the mail, lines ended by LF.</param>
    Task AddAsync(StoredMailView mail, Func<Stream, Task> copyTo, CancellationToken cancellationToken);

    /// <summary>Gives it its name; durable when this returns.</summary>
    void Complete();
}
