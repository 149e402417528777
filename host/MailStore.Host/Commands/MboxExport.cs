using MailStore.Host.Admin;

namespace MailStore.Host.Commands;

/// <summary>Exports to one mboxrd file; see <see cref="MboxMailStream"/>.</summary>
internal sealed class MboxExport(string path) : IMailExport
{
    private readonly NewFile _file = NewFile.Create(path);

    public async Task AddAsync(StoredMailView mail, Func<Stream, Task> copyTo, CancellationToken cancellationToken)
    {
        var start = _file.Stream.Position;
        try
        {
            await using var stream = new MboxMailStream(_file.Stream, mail.Arrival, mail.ParsedFlags);
            await copyTo(stream);
            await stream.CompleteAsync(cancellationToken);
        }
        catch
        {
            // half a mail is none
            _file.Stream.SetLength(start);
            throw;
        }
    }

    public void Complete() => _file.Keep(overwrite: false);

    public void Dispose() => _file.Dispose();
}
