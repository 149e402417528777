using MailStore.Host.Configuration;
using MailStore.Host.Delivery.Repeats;
using MailStore.Host.Modules;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Delivery;

/// <summary>The way of a mail: recipient, record, parse, creator, mailbox, reply. Each recipient on its own, side by side.</summary>
internal sealed class DeliveryService : IDelivery, IDisposable
{
    /// <summary>
    /// A delivery that could not begin to store a mail within so long looks at the record again: so a mover knows when nobody uses the old one any more.
    /// </summary>
    public static readonly TimeSpan RecordsAreGoodFor = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Who takes longer to store a mail, on a host whose <c>call_timeout</c> is longer, looks at the record once more before it says 250: a mover on another host
    /// waits no longer, whatever is configured here, before it removes the old place.
    /// </summary>
    public static readonly TimeSpan StoresAreAwaitedFor = TimeSpan.FromSeconds(65);

    /// <summary>In the log, where it came to no MDA.</summary>
    private const string NoMda = "-";

    private readonly HostOptions _options;
    private readonly ModuleSet _modules;
    private readonly UserDirectory _directory;
    private readonly Aliases _aliases;
    private readonly Allocator _allocator;
    private readonly string _hostname;
    private readonly string _spoolDirectory;
    private readonly MailBudget _budget;
    private readonly UserGates _gates;
    private readonly ILogger<DeliveryService> _logger;
    private readonly TimeProvider _clock;
    private readonly IDeliveryWitness? _witness;
    private readonly RepeatMemory? _repeats;

    public DeliveryService(
        HostConfiguration configuration, ModuleSet modules, UserDirectory directory, ILogger<DeliveryService> logger, TimeProvider clock,
        IDeliveryWitness? witness = null)
    {
        _options = configuration.Options;
        _modules = modules;
        _directory = directory;
        _aliases = new Aliases(configuration.Options, directory);
        _allocator = new Allocator(directory, modules, witness);
        _hostname = configuration.Options.Lmtp.Hostname is { Length: > 0 } name ? name : System.Net.Dns.GetHostName();
        _spoolDirectory = Path.Combine(configuration.DataDirectory, "spool");
        _budget = new MailBudget(
            _options.Delivery.MemoryForMails.Bytes, _options.Delivery.MemoryPerMail.Bytes, _options.Delivery.SpoolForMails.Bytes,
            new FreeDisk(_spoolDirectory, clock).Bytes);
        _gates = new UserGates(_options.Delivery.MaxDeliveriesPerUser, clock);
        _logger = logger;
        _clock = clock;
        _witness = witness;
        if (_options.Delivery.RepeatWindow > TimeSpan.Zero)
            _repeats = new RepeatMemory(
                configuration.DataDirectory, _options.Delivery.RepeatWindow, _options.Delivery.RepeatMemory, _options.Modules.CallTimeout, logger, clock);
    }

    /// <summary>What is being delivered by this process.</summary>
    public DeliveriesUnderWay UnderWay { get; } = new();

    public void Dispose() => _repeats?.Dispose();

    public bool HasRoomFor(long size) => _budget.HasRoomFor(size);

    public MailBuffer CreateBuffer() => new(_spoolDirectory, _options.Delivery.MemoryPerMail.Bytes, _budget);

    public async ValueTask<RecipientDecision> ResolveAsync(string address, CancellationToken cancellationToken)
    {
        var parsed = UserAddress.Parse(
            address, _options.Lmtp.RecipientDelimiter, _options.Delivery.CaseSensitiveLocalParts, out var error);
        if (parsed is not { } target)
            return new RecipientDecision(null, Replies.BadAddress(address, error));
        try
        {
            var user = await _aliases.FollowAsync(target.User, cancellationToken);
            if (user is null && _directory.CatchAllOf(target.User) is { } catchAll)
            {
                user = await _aliases.FollowAsync(_aliases.NameOf(catchAll, "catch_all of its domain"), cancellationToken)
                    ?? throw new ModuleConfigurationException($"'{target.User}' is nobody's name, and catch_all of its domain names '{catchAll}', who does not exist; add him, or mend catch_all");
                // strangers choose no folder
                target = target with { Detail = null };
            }

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
        // boundary of the host itself, as in DeliverAsync: one record that it stumbles over must not end the whole transaction
        catch (Exception e)
        {
            DeliveryLog.Bug(_logger, e, "RCPT", target.User);
            return new RecipientDecision(null, Replies.TemporaryFailure);
        }
    }

    public IReadOnlyList<Task<Reply>> Start(
        MailEnvelope envelope, IReadOnlyList<Recipient> recipients, MailBuffer content, CancellationToken cancellationToken)
    {
        var arrival = _clock.GetUtcNow();
        var transaction = TransactionId.New(arrival);
        var mark = MarkOf(envelope, content);
        var seen = SeenBy(content);
        if (envelope.Forwarded is not null || envelope.EnvelopeId is not null)
            DeliveryLog.ToldByClient(_logger, transaction, envelope.Forwarded?.QueueId, envelope.EnvelopeId, envelope.Forwarded?.Address, envelope.Forwarded?.Helo);
        var replies = new Task<Reply>[recipients.Count];
        for (var i = 0; i < replies.Length; i++)
        {
            var delivery = new Delivery(TransactionId.ForRecipient(transaction, i), transaction, envelope, recipients[i], content, arrival);
            replies[i] = DeliverAsync(delivery, mark, seen, cancellationToken);
        }

        return replies;
    }

    private async Task<Reply> DeliverAsync(
        Delivery delivery, Task<RepeatMark?> marking, Task<IReadOnlyList<string>> seen, CancellationToken cancellationToken)
    {
        var times = new DeliveryTimes(_clock);
        var user = delivery.Recipient.User.Name;
        var mda = NoMda;
        Reply reply;
        var detail = "";
        RepeatKey? repeat = null;
        string? place = null;
        Task<DeliveryResult?>? late = null;
        DeliveriesUnderWay.Ticket? underWay = null;
        var stored = false;
        var isInside = false;
        try
        {
            isInside = await _gates.EnterAsync(user, cancellationToken);
            if (!isInside)
                return Refused(delivery, mda, Replies.UserBusy(delivery.Recipient.Original), "too many deliveries to this user are under way", times);
            underWay = UnderWay.Begin(user);
            var readAt = _clock.GetTimestamp();
            // a fresh look: the user may have been removed, disabled or moved since RCPT
            var (parsed, refusal, why) = await LookUpAsync(delivery.Recipient, seen, times, cancellationToken);
            mda = parsed?.Mda?.Name ?? mda;
            if (refusal is not null)
                return Refused(delivery, mda, refusal.Value, why, times);
            if (await marking is { } mark)
            {
                var key = RepeatKey.Of(mark.Hash, delivery.Recipient.Original, parsed!.Record);
                if (await _repeats!.WasStoredAsync(key, cancellationToken))
                    return Repeated(delivery, mda, mark.QueueId, times);
                repeat = key;
            }

            while (_clock.GetElapsedTime(readAt) > RecordsAreGoodFor)
            {
                readAt = _clock.GetTimestamp();
                (parsed, refusal, why) = await LookUpAsync(delivery.Recipient, seen, times, cancellationToken);
                mda = parsed?.Mda?.Name ?? mda;
                if (refusal is not null)
                    return Refused(delivery, mda, refusal.Value, why, times);
            }

            place = parsed!.Record.Allocation?.Id;
            (reply, detail) = await StoreAsync(delivery, parsed, times, cancellationToken);
            if (reply.IsPositive && _clock.GetElapsedTime(readAt) > RecordsAreGoodFor + StoresAreAwaitedFor && _modules.Users is ISharedUserDatabase
                && (await _directory.Users.FindAsync(user, cancellationToken))?.Allocation?.Id != place)
                (reply, detail) = (Replies.TemporaryFailure, $"stored as {detail}, but so late that the user was moved or removed meanwhile, perhaps without it");
            stored = reply.IsPositive;
        }
        catch (Exception e) when (ReplyToFault(e) is not null)
        {
            if (e is ModuleFaultException { Abandoned: true } fault)
            {
                delivery.Content.Abandon();
                late = fault.Late as Task<DeliveryResult?>;
            }

            (reply, detail) = (ReplyToFault(e)!.Value, e.Message);
        }
        // boundary of the host itself: whatever goes wrong here, the MTA keeps the mail and tries again
        catch (Exception e)
        {
            DeliveryLog.Bug(_logger, e, delivery.Id, user);
            return Replies.TemporaryFailure;
        }
        finally
        {
            if (late is not null)
                _ = EndLateAsync(delivery.Id, user, mda, place, repeat, late, underWay);
            else if (repeat is { } key)
                _repeats!.End(key, stored);
            if (late is null)
                underWay?.Dispose();
            if (isInside)
                _gates.Leave(user);
            // with the last reply the mail is given back: by then nobody may read it any more
            await ((Task)marking).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await ((Task)seen).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _witness?.Step(user, $"{reply.Code} {reply.Enhanced}: {reply.Text}");
        times.End();
        if (reply.IsPositive)
            DeliveryLog.Stored(_logger, delivery, mda, detail, times);
        else
            DeliveryLog.NotStored(_logger, delivery, mda, reply, detail, times);
        return reply;
    }

    /// <summary>Reads and parses the record as it is now.</summary>
    /// <returns>Either the user, or a refusal and the reason for it.</returns>
    private async ValueTask<(ParsedUser? Parsed, Reply? Refusal, string Why)> LookUpAsync(
        Recipient recipient, Task<IReadOnlyList<string>> seen, DeliveryTimes times, CancellationToken cancellationToken)
    {
        const string removed = "the user was removed meanwhile";
        var user = recipient.User.Name;
        if (await _directory.Users.FindAsync(user, cancellationToken) is not { } record)
            return (null, Replies.NoSuchUser(recipient.Original), removed);
        if (await RefusalOfAsync(record, recipient.Original, cancellationToken) is { } refusal)
            return (null, refusal, "the record changed meanwhile");
        if (HasComeBack(user, await seen))
            return (null, Replies.Loop(recipient.Original), $"a loop: it bears 'Delivered-To: {user}' already");
        return await CompleteAsync(record, times, cancellationToken) is { } parsed
            ? (parsed, null, "")
            : (null, Replies.NoSuchUser(recipient.Original), removed);
    }

    /// <summary>
    /// A delivery that was given up is not over: past its commit point the module stores the mail all the same, after the MTA was told 451. Until it is known the
    /// MTA's next try is not begun, so that it is not stored twice.
    /// </summary>
    private async Task EndLateAsync(
        string deliveryId, string user, string mda, string? place, RepeatKey? repeat, Task<DeliveryResult?> delivery, DeliveriesUnderWay.Ticket? underWay)
    {
        var result = await delivery;
        var isStored = result?.Status == DeliveryStatus.Stored;
        var isKnown = isStored && repeat is not null && await IsBroughtAlongAsync(user, place, underWay);
        underWay?.Dispose();
        if (repeat is { } key)
            _repeats!.End(key, isKnown);
        if (isStored)
            DeliveryLog.StoredLate(_logger, deliveryId, user, mda, result!.StoredId, hasKey: repeat is not null, isKnown, isRemembering: _repeats is not null);
    }

    /// <summary>Whether a mail that was stored so late is where the user has his mail, or is brought there: from a place that another host has moved him away from, perhaps nobody does any more.</summary>
    private async Task<bool> IsBroughtAlongAsync(string user, string? place, DeliveriesUnderWay.Ticket? underWay)
    {
        if (underWay is { IsAwaited: true })
            return true;
        try
        {
            var record = await _directory.Users.FindAsync(user, CancellationToken.None);
            if (record is null || place is null || record.Allocation?.Id == place)
                return record is not null;
            // where no other host moves him, a mover that stopped looks there when it goes on: its state names both places
            return _modules.Users is not ISharedUserDatabase && underWay is not { IsGivenUp: true }
                && record.Settings.TryGetValue(HostKeys.Moving, out var move) && move.Contains(place, StringComparison.Ordinal);
        }
        catch (Exception e) when (ReplyToFault(e) is not null)
        {
            return false;
        }
    }

    /// <summary>Parses the record, by way of the creator if something is missing. Null: the user is gone.</summary>
    private async ValueTask<ParsedUser?> CompleteAsync(UserRecord record, DeliveryTimes times, CancellationToken cancellationToken)
    {
        var parsed = await _directory.ParseAsync(record, cancellationToken);
        if (parsed.Result is not ParseResult.Incomplete incomplete)
            return parsed;

        _witness?.Step(record.Name, $"parsed by mda '{parsed.Mda!.Name}': missing {incomplete.Missing}; asks creator '{_options.Creator}'");
        times.Enter(DeliveryPhase.Create);
        var created = await _modules.Creator.CreateAsync(record, _allocator, _directory.Users, cancellationToken);
        times.Enter(DeliveryPhase.LookUp);
        if (created is null)
            return null;
        _witness?.Step(record.Name, $"record: version {created.Version}, allocation …{created.Allocation?.Id[^6..]}");
        DeliveryLog.Created(_logger, created.Name, parsed.Mda!.Name, created.Allocation?.Id ?? "", _options.Creator);
        return await _directory.ParseAsync(created, cancellationToken);
    }

    private async ValueTask<(Reply Reply, string Detail)> StoreAsync(
        Delivery delivery, ParsedUser parsed, DeliveryTimes times, CancellationToken cancellationToken)
    {
        switch (parsed.Result)
        {
            case ParseResult.Ready ready:
                times.Enter(DeliveryPhase.Write);
                var result = await ready.Mailbox.DeliverAsync(delivery.MailFor(_hostname), cancellationToken);
                times.Stored(result.SyncTime);
                if (result.Status == DeliveryStatus.Stored)
                    _witness?.Step(parsed.Record.Name, $"stored by mda '{parsed.Mda!.Name}' as {result.StoredId}");
                return (Replies.For(result, delivery.Recipient.Original, delivery.Id, _options.Delivery.OverQuota), result.StoredId ?? result.Detail);
            case ParseResult.Invalid invalid:
                return (Replies.ConfigurationAtFault, invalid.Reason);
            default:
                return (Replies.TemporaryFailure, $"the record is still incomplete after creator '{_options.Creator}': missing {((ParseResult.Incomplete)parsed.Result).Missing}");
        }
    }

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

    private Reply Refused(Delivery delivery, string mda, Reply reply, string why, DeliveryTimes times)
    {
        times.End();
        DeliveryLog.NotStored(_logger, delivery, mda, reply, why, times);
        return reply;
    }

    private Reply Repeated(Delivery delivery, string mda, QueueId queueId, DeliveryTimes times)
    {
        times.End();
        DeliveryLog.StoredBefore(_logger, delivery, mda, queueId.Id, times);
        return Replies.StoredBefore(delivery.Recipient.Original, delivery.Id);
    }

    private bool HasComeBack(string user, IReadOnlyList<string> seen)
    {
        foreach (var address in seen)
        {
            if (UserAddress.Parse(address, _options.Lmtp.RecipientDelimiter, _options.Delivery.CaseSensitiveLocalParts, out _)?.User == user)
                return true;
        }

        return false;
    }

    /// <summary>To whom the mail was delivered before it came here.</summary>
    private static Task<IReadOnlyList<string>> SeenBy(MailBuffer content) =>
        content.IsSpooled ? Task.Run(() => DeliveredTo.Find(content)) : Task.FromResult(DeliveredTo.Find(content));

    /// <summary>What a repeat of this mail would be known by; null without a queue id.</summary>
    private Task<RepeatMark?> MarkOf(MailEnvelope envelope, MailBuffer content)
    {
        if (_repeats is null)
            return RepeatMark.None;
        // a file is read besides, not on the way of the session
        return content.IsSpooled ? Task.Run(() => RepeatMark.Of(envelope, content)) : Task.FromResult(RepeatMark.Of(envelope, content));
    }

    private static Reply? ReplyToFault(Exception e) => e switch
    {
        TemporaryFailureException { StorageFull: true } => Replies.StorageFull,
        TemporaryFailureException or ModuleFaultException or OperationCanceledException => Replies.TemporaryFailure,
        ModuleConfigurationException => Replies.ConfigurationAtFault,
        _ => null,
    };
}
