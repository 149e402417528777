using MailStore.Host.Admin;
using MailStore.Host.Admin.Importing;
using MailStore.Host.Admin.Moving;
using MailStore.Host.Delivery;

namespace MailStore.Host.Commands.Importing;

/// <summary>Brings the mails of another place to a user: those that he lacks.</summary>
internal sealed class MailImporter(AdminClient client, string user, string temporary)
{
    private const long InMemory = 1 << 20;
    private const long MostBytes = 16 << 20;

    private readonly MissingMails _missing = new();
    private readonly Dictionary<string, string?> _folders = new(StringComparer.Ordinal);
    private readonly List<string> _refused = [];

    /// <summary>Where the mails of the batch are.</summary>
    private readonly List<string> _places = [];

    public long Added { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Mails that he had already.</summary>
    public long Present { get; private set; }

    /// <summary>Mails that his MDA will never take as they are, and why.</summary>
    public IReadOnlyList<string> Refused => _refused;

    /// <summary>Folders whose mails came to the inbox, since his MDA has none of the name.</summary>
    public int LostFolders => _folders.Count(folder => folder.Value is null);

    /// <param name="progress">Told now and then.</param>
    /// <exception cref="AdminException">A mail was not taken, and may be another time. What was brought before stays.</exception>
    public async Task ImportAsync(IMailSource source, Action progress, CancellationToken cancellationToken)
    {
        await foreach (var known in client.ListKnownMailAsync(user, cancellationToken))
            _missing.Add(known);
        var batch = new List<(ImportedMail Head, MailBuffer Content)>();
        try
        {
            await foreach (var mail in source.ReadAsync(cancellationToken))
            {
                await AddAsync(mail, batch, cancellationToken);
                progress();
            }

            await SendAsync(batch, cancellationToken);
        }
        finally
        {
            batch.ForEach(entry => entry.Content.Dispose());
        }
    }

    private async Task AddAsync(SourceMail mail, List<(ImportedMail Head, MailBuffer Content)> batch, CancellationToken cancellationToken)
    {
        var content = new MailBuffer(temporary, InMemory);
        try
        {
            if (await ReadAsync(mail, content, cancellationToken) is not { } hash)
            {
                content.Dispose();
                return;
            }

            if (!_missing.IsMissing(await FolderAsync(mail.Folder, cancellationToken), hash))
            {
                Present++;
                content.Dispose();
                return;
            }

            if (batch.Count == MailImports.MostMails || batch.Sum(entry => entry.Head.Size) + content.Length > MostBytes)
                await SendAsync(batch, cancellationToken);
            batch.Add((new ImportedMail(content.Length, mail.Arrival, mail.Flags, mail.Folder), content));
            _places.Add(mail.Place);
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    /// <returns>Null if it is not there any more.</returns>
    private static async Task<UInt128?> ReadAsync(SourceMail mail, MailBuffer content, CancellationToken cancellationToken)
    {
        try
        {
            if (await mail.Open(cancellationToken) is not { } opened)
                return null;
            await using var stream = new LfStream(opened);
            return await MailHash.CopyAsync(stream, content, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AdminException(ExitCode.NoInput, $"{mail.Place} cannot be read: {e.Message}");
        }
    }

    private async ValueTask<string?> FolderAsync(string? folder, CancellationToken cancellationToken)
    {
        if (folder is null)
            return null;
        if (!_folders.TryGetValue(folder, out var kept))
            _folders[folder] = kept = (await client.FindFolderAsync(user, folder, cancellationToken)).Folder;
        return kept;
    }

    private async Task SendAsync(List<(ImportedMail Head, MailBuffer Content)> batch, CancellationToken cancellationToken)
    {
        if (batch.Count == 0)
            return;
        var number = 0;
        ImportedMailResult? failure = null;
        await foreach (var result in client.ImportMailAsync(user, batch, cancellationToken))
        {
            var (head, _) = batch[number++];
            if (result.Error is null)
                (Added, Bytes) = (Added + 1, Bytes + head.Size);
            else if (result.ExitCode == ExitCode.DataError)
                _refused.Add($"{_places[number - 1]}: {result.Error}");
            else
                failure ??= result;
        }

        batch.ForEach(entry => entry.Content.Dispose());
        batch.Clear();
        _places.Clear();
        if (failure is not null)
            throw new AdminException(failure.ExitCode, $"a mail was not taken: {failure.Error}; what was added before stays, and the same command adds the rest");
    }
}
