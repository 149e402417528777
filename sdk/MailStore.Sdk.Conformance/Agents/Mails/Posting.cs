namespace MailStore.Sdk.Conformance;

/// <summary>A letter on its way into one mailbox, once. Disposed when the delivery or import is over: its memory then holds other things.</summary>
internal sealed class Posting : IDisposable
{
    private readonly byte[] _header;

    public Posting(Letter letter, string user)
    {
        _header = letter.Header;
        Content = new ProbeContent(letter);
        Mail = new Mail
        {
            DeliveryId = letter.Id,
            TransactionId = letter.TransactionId ?? "T" + letter.Id,
            Sender = "sender@example.net",
            OriginalRecipient = user,
            User = user,
            Detail = letter.Detail,
            Folder = letter.Folder,
            Flags = letter.Flags,
            Arrival = letter.Arrival,
            Header = _header,
            Content = Content,
        };
    }

    public Mail Mail { get; }

    public ProbeContent Content { get; }

    public void Dispose()
    {
        Content.Close();
        _header.AsSpan().Fill((byte)'#');
    }
}
