using MailStore.Host.Configuration;
using MailStore.Host.Modules;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Delivery;

/// <summary>The way of a mail: recipient, record, parse, creator, mailbox, reply. Each recipient on its own, side by side.</summary>
internal sealed class DeliveryService : IDelivery
{
    private const int AliasHops = 8;

    /// <summary>In the log, where it came to no MDA.</summary>
    private const string NoMda = "-";

    private readonly HostOptions _options;
    private readonly ModuleSet _modules;
    private readonly UserDirectory _directory;
    private readonly Allocator _allocator;
    private readonly string _hostname;
    private readonly string _spoolDirectory;
    private readonly ILogger<DeliveryService> _logger;
    private readonly TimeProvider _clock;
    private readonly IDeliveryWitness? _witness;

    public DeliveryService(
        HostConfiguration configuration, ModuleSet modules, UserDirectory directory, ILogger<DeliveryService> logger, TimeProvider clock,
        IDeliveryWitness? witness = null)
    {
        _options = configuration.Options;
        _modules = modules;
        _directory = directory;
        _allocator = new Allocator(directory, modules, witness);
        _hostname = configuration.Options.Lmtp.Hostname is { Length: > 0 } name ? name : Environment.MachineName;
        _spoolDirectory = Path.Combine(configuration.DataDirectory, "spool");
        _logger = logger;
        _clock = clock;
        _witness = witness;
    }

    public MailBuffer CreateBuffer() => new(_spoolDirectory, _options.Delivery.MemoryPerMail.Bytes);

    public async ValueTask<RecipientDecision> ResolveAsync(string address, CancellationToken cancellationToken)
    {
        if (Parse(address, out var error) is not { } target)
            return new RecipientDecision(null, Replies.BadAddress(address, error));
        try
        {
            var user = await FindAsync(target.User, cancellationToken);
            var refusal = user is null ? Replies.NoSuchUser(address) : await RefusalOfAsync(user, address, cancellationToken);
            return refusal is { } reply
                ? new RecipientDecision(null, reply)
                : new RecipientDecision(new Recipient { Original = address, Detail = target.Detail, User = user! }, Replies.Accepted(address));
        }
        catch (Exception e) when (ReplyToFault(e) is not null)
        {
            DeliveryLog.LookupFailed(_logger, target.User, e.Message);
            return new RecipientDecision(null, ReplyToFault(e)!.Value);
        }
    }

    public IReadOnlyList<Task<Reply>> Start(
        MailEnvelope envelope, IReadOnlyList<Recipient> recipients, MailBuffer content, CancellationToken cancellationToken)
    {
        var arrival = _clock.GetUtcNow();
        var transaction = TransactionId.New(arrival);
        var replies = new Task<Reply>[recipients.Count];
        for (var i = 0; i < replies.Length; i++)
        {
            var delivery = new Delivery(TransactionId.ForRecipient(transaction, i), transaction, envelope, recipients[i], content, arrival);
            replies[i] = DeliverAsync(delivery, cancellationToken);
        }

        return replies;
    }

    private async Task<Reply> DeliverAsync(Delivery delivery, CancellationToken cancellationToken)
    {
        var started = _clock.GetTimestamp();
        var user = delivery.Recipient.User.Name;
        var mda = NoMda;
        Reply reply;
        var detail = "";
        try
        {
            // a fresh look: the user may have been removed, disabled or moved since RCPT
            var record = await _directory.Users.FindAsync(user, cancellationToken);
            if (record is null)
                return Refused(delivery, Replies.NoSuchUser(delivery.Recipient.Original), "the user was removed meanwhile");
            if (await RefusalOfAsync(record, delivery.Recipient.Original, cancellationToken) is { } refusal)
                return Refused(delivery, refusal, "the record changed meanwhile");

            mda = _directory.MdaNameOf(record);
            var parsed = await CompleteAsync(record, cancellationToken);
            if (parsed is null)
                return Refused(delivery, Replies.NoSuchUser(delivery.Recipient.Original), "the user was removed meanwhile");
            mda = parsed.Mda?.Name ?? mda;
            (reply, detail) = await StoreAsync(delivery, parsed, cancellationToken);
        }
        catch (Exception e) when (ReplyToFault(e) is not null)
        {
            if (e is ModuleFaultException { Abandoned: true })
                delivery.Content.Abandon();
            (reply, detail) = (ReplyToFault(e)!.Value, e.Message);
        }
        // boundary of the host itself: whatever goes wrong here, the MTA keeps the mail and tries again
        catch (Exception e)
        {
            DeliveryLog.Bug(_logger, e, delivery.Id, user);
            return Replies.TemporaryFailure;
        }

        _witness?.Step(user, $"{delivery.Id}: {reply}");
        var milliseconds = _clock.GetElapsedTime(started).TotalMilliseconds;
        if (reply.IsPositive)
            DeliveryLog.Stored(_logger, delivery.Id, user, mda, delivery.Content.Length, detail, milliseconds);
        else
            DeliveryLog.NotStored(_logger, delivery.Id, user, mda, delivery.Content.Length, reply.Code, reply.Enhanced, detail, milliseconds);
        return reply;
    }

    /// <summary>Parses the record, by way of the creator if something is missing. Null: the user is gone.</summary>
    private async ValueTask<ParsedUser?> CompleteAsync(UserRecord record, CancellationToken cancellationToken)
    {
        var parsed = await _directory.ParseAsync(record, cancellationToken);
        if (parsed.Result is not ParseResult.Incomplete incomplete)
            return parsed;

        _witness?.Step(record.Name, $"parsed by mda '{parsed.Mda!.Name}': missing {incomplete.Missing}; creator '{_options.Creator}' is asked");
        var created = await _modules.Creator.CreateAsync(record, _allocator, _directory.Users, cancellationToken);
        if (created is null)
            return null;
        _witness?.Step(record.Name, $"record written, version {created.Version}, allocation {created.Allocation?.Id}");
        DeliveryLog.Created(_logger, created.Name, parsed.Mda!.Name, created.Allocation?.Id ?? "", _options.Creator);
        return await _directory.ParseAsync(created, cancellationToken);
    }

    private async ValueTask<(Reply Reply, string Detail)> StoreAsync(Delivery delivery, ParsedUser parsed, CancellationToken cancellationToken)
    {
        switch (parsed.Result)
        {
            case ParseResult.Ready ready:
                var result = await ready.Mailbox.DeliverAsync(delivery.MailFor(_hostname), cancellationToken);
                if (result.Status == DeliveryStatus.Stored)
                    _witness?.Step(parsed.Record.Name, $"{delivery.Id}: stored by mda '{parsed.Mda!.Name}' as {result.StoredId}");
                return (Replies.For(result, delivery.Recipient.Original, delivery.Id, _options.Delivery.OverQuota), result.StoredId ?? result.Detail);
            case ParseResult.Invalid invalid:
                return (Replies.ConfigurationAtFault, invalid.Reason);
            default:
                return (Replies.TemporaryFailure, $"the record is still incomplete after creator '{_options.Creator}': missing {((ParseResult.Incomplete)parsed.Result).Missing}");
        }
    }

    /// <summary>Follows the aliases of records to the user who gets the mail.</summary>
    private async ValueTask<UserRecord?> FindAsync(string name, CancellationToken cancellationToken)
    {
        for (var hop = 0; hop <= AliasHops; hop++)
        {
            var record = await _directory.Users.FindAsync(name, cancellationToken);
            if (record is null || !record.Settings.TryGetValue(HostKeys.Alias, out var target) || !_directory.IsEnabled(record))
                return record;
            // as administrators wrote it; an alias may name a detail, too, all of whose mail goes to its user
            name = Parse(target, out _)?.User ?? target;
        }

        throw new ModuleConfigurationException($"alias '{name}' goes on after {AliasHops} hops; look for a circle with 'mailstore user show'");
    }

    private UserAddress? Parse(string address, out string error) =>
        UserAddress.Parse(address, _options.Lmtp.RecipientDelimiter, _options.Delivery.CaseSensitiveLocalParts, out error);

    private async ValueTask<Reply?> RefusalOfAsync(UserRecord user, string address, CancellationToken cancellationToken)
    {
        if (!_directory.IsEnabled(user))
            return Replies.Disabled(address);
        var parsed = await _directory.ParseAsync(user, cancellationToken);
        if (parsed.Result is not ParseResult.Invalid invalid)
            return null;
        DeliveryLog.RecordRejected(_logger, user.Name, parsed.Mda?.Name ?? "", invalid.Reason);
        return Replies.ConfigurationAtFault;
    }

    private Reply Refused(Delivery delivery, Reply reply, string why)
    {
        DeliveryLog.NotStored(_logger, delivery.Id, delivery.Recipient.User.Name, NoMda, delivery.Content.Length, reply.Code, reply.Enhanced, why, 0);
        return reply;
    }

    private static Reply? ReplyToFault(Exception e) => e switch
    {
        TemporaryFailureException { StorageFull: true } => Replies.StorageFull,
        TemporaryFailureException or ModuleFaultException or OperationCanceledException => Replies.TemporaryFailure,
        ModuleConfigurationException => Replies.ConfigurationAtFault,
        _ => null,
    };
}
