using System.Runtime.CompilerServices;
using MailStore.Postgres.Connections;
using MailStore.Sdk;

namespace MailStore.Postgres.Mailboxes;

/// <summary>The mailbox of one user. Holds nothing open.</summary>
internal sealed class PostgresMailbox : IMailbox, IReadableMailbox, IMailboxImport, IMailboxUsage, IMailboxRemoval
{
    private readonly SchemaSetup _schema;
    private readonly MailboxTables _tables;
    private readonly MailboxPlace _place;
    private readonly MailStatements _statements;
    private readonly QuotaLimit _limit;
    private readonly MailDelivery _delivery;
    private readonly MailReader _reader;
    private readonly MailImporter _importer;
    private readonly MailChanger _changer;

    public PostgresMailbox(Database database, SchemaSetup schema, MailboxTables tables, UnknownOutcomes unknown, MailboxPlace place, PostgresAgentOptions options)
    {
        _schema = schema;
        _tables = tables;
        _place = place;
        _statements = new MailStatements(place);
        _limit = QuotaLimit.Of(options);
        _delivery = new MailDelivery(database, place, _statements, _limit, options.DetailFolders, unknown);
        _reader = new MailReader(database, place, _statements);
        _importer = new MailImporter(database, place, _statements, unknown);
        _changer = new MailChanger(database, place, _statements);
    }

    public async ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken)
    {
        try
        {
            await _schema.EnsureAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (TemporaryFailureException e)
        {
            return DeliveryResult.TemporaryFailure(e.Message);
        }

        return await _delivery.DeliverAsync(mail, cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<StoredMail> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await _schema.EnsureAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var mail in _reader.ListAsync(cancellationToken).ConfigureAwait(false))
            yield return mail;
    }

    public async ValueTask<Stream?> OpenAsync(string id, CancellationToken cancellationToken)
    {
        await _schema.EnsureAsync(cancellationToken).ConfigureAwait(false);
        return await _reader.OpenAsync(id, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<MailboxFidelity> GetFidelityAsync(CancellationToken cancellationToken) => new(MailboxFidelity.Full);

    public ValueTask<bool> TryCreateFolderAsync(string folder, CancellationToken cancellationToken) => new(MailFolder.IsName(folder));

    public async ValueTask<IReadOnlyList<DeliveryResult>> ImportAsync(IReadOnlyList<Mail> mails, CancellationToken cancellationToken)
    {
        try
        {
            await _schema.EnsureAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (TemporaryFailureException e)
        {
            return [.. mails.Select(_ => DeliveryResult.TemporaryFailure(e.Message))];
        }

        return await _importer.ImportAsync(mails, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<bool> TrySetFlagsAsync(string id, MailFlags flags, CancellationToken cancellationToken)
    {
        await _schema.EnsureAsync(cancellationToken).ConfigureAwait(false);
        return await _changer.TrySetFlagsAsync(id, flags, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<bool> TryRemoveAsync(string id, CancellationToken cancellationToken)
    {
        await _schema.EnsureAsync(cancellationToken).ConfigureAwait(false);
        return await _changer.TryRemoveAsync(id, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<MailboxUsage> GetUsageAsync(CancellationToken cancellationToken)
    {
        await _schema.EnsureAsync(cancellationToken).ConfigureAwait(false);
        var (bytes, mails) = await _reader.GetUsageAsync(cancellationToken).ConfigureAwait(false);
        return new MailboxUsage(bytes, mails, _limit.Bytes, _limit.Count);
    }

    public async ValueTask RemoveAllAsync(CancellationToken cancellationToken)
    {
        await _schema.EnsureAsync(cancellationToken).ConfigureAwait(false);
        await _tables.RemoveAllAsync(_place, _statements, cancellationToken).ConfigureAwait(false);
    }
}
