using System.Text;
using MailStore.Host.Delivery;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Lmtp;

/// <summary>
/// What each command means in each state: RFC 2033, RFC 5321, 4.1.4 for their order, and the extensions. Writes the replies; what needs more of the
/// connection than a line is left to the <see cref="LmtpSession"/>.
/// </summary>
internal sealed class LmtpDialogue(LmtpChannel channel, LmtpService service, ClientInfo client)
{
    /// <summary>How long replies wait for the one that a module is asked for.</summary>
    private static readonly TimeSpan HeldAtMost = TimeSpan.FromSeconds(1);

    private readonly ClientInfo _peer = client;
    private ForwardedClient? _forwarded;
    private int _commands;
    private int _errors;
    private int _mails;

    public ClientInfo Client { get; private set; } = client;

    /// <summary>By LHLO; null before it.</summary>
    public string? ClientName { get; private set; }

    public LmtpTransaction? Transaction { get; private set; }

    /// <summary>Whether a mail came in this session.</summary>
    public bool HasTakenMail => _mails > 0;

    /// <summary>RFC 3207, 4: nobody listens in on a Unix socket, so that TLS is for TCP.</summary>
    private bool OffersTls => service.Certificate is not null && !channel.IsSecure && Client.Peer is not null;

    private bool NeedsTls => service.Options.TlsRequired && OffersTls;

    /// <summary>The reply to a chunk that nothing was said to be done with; null where it is welcome.</summary>
    public byte[]? RefusalOfChunk =>
        NeedsTls ? Replies.TlsRequired
        : Transaction is null ? Replies.NoMail
        : Transaction.Recipients.Count == 0 ? Replies.NoRecipients
        : null;

    public async ValueTask<SessionStep> HandleAsync(LmtpCommand command)
    {
        if (++_commands > service.Limits.Commands)
            return CutOff(Replies.TooManyCommands);
        if (command.Refusal is { } refusal)
            return command.Verb == LmtpVerb.Bdat ? CutOff(refusal) : Refuse(command.Verb, refusal);
        if (NeedsTls && command.Verb is not (LmtpVerb.Lhlo or LmtpVerb.Helo or LmtpVerb.StartTls or LmtpVerb.Noop or LmtpVerb.Quit or LmtpVerb.Bdat))
            return Refuse(command.Verb, Replies.TlsRequired);
        switch (command.Verb)
        {
            case LmtpVerb.Lhlo:
                return SayHello(command.Argument);
            case LmtpVerb.Helo:
                return Refuse(command.Verb, Replies.NotSmtp);
            case LmtpVerb.Mail:
                return BeginTransaction(command);
            case LmtpVerb.Rcpt:
                return await AddRecipientAsync(command);
            case LmtpVerb.Data:
                return RefusalOfData() is { } wrong ? Refuse(command.Verb, wrong) : SessionStep.Data;
            case LmtpVerb.Bdat:
                return SessionStep.Chunk;
            case LmtpVerb.Rset:
                EndTransaction();
                return Answer(Replies.Ok);
            case LmtpVerb.StartTls:
                return StartTls();
            case LmtpVerb.Xforward:
                return Xforward(command.Attributes!);
            case LmtpVerb.Xclient:
                return Xclient(command.Attributes!);
            case LmtpVerb.Vrfy:
                return Answer(Replies.Vrfy);
            case LmtpVerb.Help:
                return Answer(Replies.Help);
            case LmtpVerb.Quit:
                channel.Write(Replies.Bye);
                return SessionStep.End;
            default:
                return Answer(Replies.Ok);
        }
    }

    /// <summary>A mail was taken in, and its recipients were told: what was held against the client is forgotten.</summary>
    public void CompleteMail()
    {
        _mails++;
        _commands = _errors = 0;
        EndTransaction();
    }

    /// <summary>A chunk was taken in.</summary>
    /// <param name="length">An empty one is as good as nothing.</param>
    public void CompleteChunk(long length) => _commands -= length > 0 ? 1 : 0;

    /// <summary>RFC 3207, 4.2: what was said without TLS counts for nothing, by XCLIENT neither.</summary>
    public void Forget()
    {
        Client = _peer;
        ClientName = null;
        EndTransaction();
    }

    public void EndTransaction()
    {
        Transaction?.Dispose();
        Transaction = null;
        _forwarded = null;
    }

    public SessionStep Refuse(LmtpVerb verb, byte[] reply)
    {
        if (service.Logger.IsEnabled(LogLevel.Debug))
            LmtpLog.Refused(service.Logger, Client.ConnectionId, verb, Encoding.ASCII.GetString(reply).TrimEnd());
        return ++_errors > service.Limits.Errors ? CutOff(Replies.TooManyErrors) : Answer(reply);
    }

    public SessionStep CutOff(byte[] reply)
    {
        LmtpLog.CutOff(service.Logger, Client.ConnectionId, Client.Address, Encoding.ASCII.GetString(reply).TrimEnd());
        channel.Write(reply);
        return SessionStep.CutOff;
    }

    /// <summary>For a refused mail that does not end: a client that only finds its connection gone would send it again for ever.</summary>
    /// <param name="replies">As many as the client waits for.</param>
    public SessionStep CutOff(Reply refusal, int replies)
    {
        LmtpLog.CutOff(service.Logger, Client.ConnectionId, Client.Address, $"{refusal}; and it did not come to an end");
        for (; replies > 0; replies--)
            channel.Write(refusal);
        return SessionStep.CutOff;
    }

    private SessionStep SayHello(string name)
    {
        EndTransaction();
        ClientName = Client.Helo ?? name;
        channel.Write(service.Announcement.For(OffersTls, service.MayXforward(Client), service.MayXclient(Client)));
        return SessionStep.NextCommand;
    }

    private SessionStep BeginTransaction(in LmtpCommand command)
    {
        if (ClientName is null)
            return Refuse(command.Verb, Replies.NoLhlo);
        if (Transaction is not null)
            return Refuse(command.Verb, Replies.NestedMail);
        if (command.Mail.UsesDsn && !service.Options.Dsn)
            return Refuse(command.Verb, Replies.UnknownParameter);
        if (service.Limits.Mails > 0 && _mails >= service.Limits.Mails)
            return CutOff(Replies.TooManyMails);
        if (command.Mail.Size > service.MaxMessageSize)
            return Answer(Replies.TooLarge);
        if (!service.Delivery.HasRoomFor(command.Mail.Size))
            return Answer(Replies.NoRoom);
        Transaction = new LmtpTransaction(command.Argument, command.Mail, _forwarded, service.Recipients);
        return Answer(Replies.SenderOk);
    }

    private async ValueTask<SessionStep> AddRecipientAsync(LmtpCommand command)
    {
        if (Transaction is not { } transaction)
            return Refuse(command.Verb, Replies.NoMail);
        if (transaction.HasChunks)
            return Refuse(command.Verb, Replies.DataAfterBdat);
        if (command.Rcpt.UsesDsn && !service.Options.Dsn)
            return Refuse(command.Verb, Replies.UnknownParameter);
        if (transaction.Recipients.Count >= service.Limits.Recipients)
            return Answer(Replies.TooManyRecipients);
        // its place first: any number may be looked up at the same moment
        if (!service.Recipients.TryTake())
            return Answer(Replies.TooManyRecipientsAtOnce);
        var (recipient, reply) = await ResolveAsync(command.Argument);
        if (recipient is not null)
        {
            transaction.Recipients.Add(command.Rcpt.OriginalRecipient is { } original ? recipient with { OriginalByDsn = original } : recipient);
            // these are counted by a limit of their own
            _commands--;
        }

        channel.Write(reply);
        return SessionStep.NextCommand;
    }

    /// <summary>
    /// Looks a recipient up, and gives his place back if he is not accepted. Replies to commands that came together go together, but where a slow user database would
    /// have the client wait for all of them, it gets those that are known: else it would take the server for dead.
    /// </summary>
    private async ValueTask<RecipientDecision> ResolveAsync(string address)
    {
        var decision = default(RecipientDecision);
        var resolving = service.Delivery.ResolveAsync(address, service.DeliveriesCancelled);
        var isWaiting = !resolving.IsCompleted;
        if (isWaiting)
            channel.BeginHold(HeldAtMost);
        try
        {
            return decision = await resolving;
        }
        finally
        {
            if (isWaiting)
                await channel.EndHoldAsync();
            if (decision.Recipient is null)
                service.Recipients.Return(1);
        }
    }

    private byte[]? RefusalOfData() =>
        Transaction is null ? Replies.NoMail
        : Transaction.Recipients.Count == 0 ? Replies.NoRecipients
        : Transaction.HasChunks ? Replies.DataAfterBdat
        : Transaction.IsBinary ? Replies.BinaryNeedsBdat
        : null;

    private SessionStep StartTls() =>
        channel.IsSecure ? Refuse(LmtpVerb.StartTls, Replies.AlreadySecure)
        : !OffersTls ? Refuse(LmtpVerb.StartTls, Replies.UnknownCommand)
        : SessionStep.StartTls;

    private SessionStep Xforward(ClientAttributes attributes)
    {
        if (!service.MayXforward(Client))
            return Refuse(LmtpVerb.Xforward, Replies.NotForYou);
        if (Transaction is not null)
            return Refuse(LmtpVerb.Xforward, Replies.NotInTransaction);
        _forwarded = attributes.Over(_forwarded);
        return Answer(Replies.Ok);
    }

    /// <summary>The session begins anew, with its greeting.</summary>
    private SessionStep Xclient(ClientAttributes attributes)
    {
        if (!service.MayXclient(Client))
            return Refuse(LmtpVerb.Xclient, Replies.NotForYou);
        if (Transaction is not null)
            return Refuse(LmtpVerb.Xclient, Replies.NotInTransaction);
        Client = Client.SpeakingFor(attributes.Over(null));
        LmtpLog.SpeaksFor(service.Logger, Client.ConnectionId, Client.Address);
        ClientName = null;
        EndTransaction();
        return Answer(service.Greeting);
    }

    private SessionStep Answer(byte[] reply)
    {
        channel.Write(reply);
        return SessionStep.NextCommand;
    }
}
