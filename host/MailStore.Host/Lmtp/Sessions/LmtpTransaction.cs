using MailStore.Host.Delivery;

namespace MailStore.Host.Lmtp;

/// <summary>What MAIL began (RFC 5321, 3.3): a sender, and the recipients that were accepted, in their order, the same one twice included.</summary>
internal sealed class LmtpTransaction(string sender, in MailParameters parameters, ForwardedClient? forwarded, RecipientBudget budget) : IDisposable
{
    private readonly bool _isUtf8 = parameters.SmtpUtf8;
    private MailIntake? _intake;
    private ChunkReceiver? _chunks;

    public string Sender => sender;

    public bool IsBinary { get; } = parameters.IsBinary;

    /// <summary>ENVID, or null.</summary>
    public string? EnvelopeId { get; } = parameters.EnvelopeId;

    /// <summary>What XFORWARD said of this mail, or null.</summary>
    public ForwardedClient? Forwarded => forwarded;

    public List<Recipient> Recipients { get; } = [];

    /// <summary>Whether a chunk has come: then nothing else may.</summary>
    public bool HasChunks => _chunks is not null;

    /// <summary>The "with" of Received: RFC 3848, and RFC 6531, 4.3.</summary>
    public string Protocol(bool isSecure) => (_isUtf8, isSecure) switch
    {
        (false, false) => "LMTP",
        (false, true) => "LMTPS",
        (true, false) => "UTF8LMTP",
        (true, true) => "UTF8LMTPS",
    };

    /// <summary>Where its content goes.</summary>
    public MailIntake Intake(LmtpService service) => _intake ??= new MailIntake(service, IsBinary);

    /// <summary>What reads its chunks.</summary>
    public ChunkReceiver Chunks(LmtpChannel channel, LmtpService service) => _chunks ??= new ChunkReceiver(channel, Intake(service), IsBinary);

    /// <summary>Gives back what has come so far, and the place of each recipient among all that are under way.</summary>
    public void Dispose()
    {
        _intake?.Dispose();
        budget.Return(Recipients.Count);
    }
}
