using System.Buffers;
using System.Text;
using MailStore.Host.Delivery;
using MailStore.Sdk;

namespace MailStore.Host.Admin.Moving;

/// <summary>A mail on its way from one place to another.</summary>
/// <param name="Listed">As the place that it comes from lists it.</param>
/// <param name="Hash">Of its content.</param>
internal sealed record LoadedMail(StoredMail Listed, MailBuffer Content, UInt128 Hash) : IDisposable
{
    // as much as the headers take that the host has put before the mail
    private const int Head = 4096;
    private const int HostLines = 3;

    /// <summary>The mail as it is handed to the other place.</summary>
    public async ValueTask<Mail> ForAsync(string user, MailFlags flags, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var transaction = TransactionId.New(now);
        var (sender, recipient) = await ReadEnvelopeAsync(cancellationToken);
        return new Mail
        {
            DeliveryId = TransactionId.ForRecipient(transaction, 0),
            TransactionId = transaction,
            // what stood in the envelope stands in the mail: formats that keep it apart get it again
            Sender = sender.Trim('<', '>'),
            OriginalRecipient = recipient.Length > 0 ? recipient : user,
            User = user,
            Folder = Listed.Folder,
            Flags = flags,
            Arrival = Listed.Arrival,
            Header = default,
            Content = Content,
        };
    }

    public void Dispose() => Content.Dispose();

    private async ValueTask<(string Sender, string Recipient)> ReadEnvelopeAsync(CancellationToken cancellationToken)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(Head);
        try
        {
            await using var stream = Content.OpenRead();
            var count = await stream.ReadAtLeastAsync(bytes.AsMemory(0, Head), Head, throwOnEndOfStream: false, cancellationToken);
            return (FieldOf(bytes.AsSpan(0, count), "Return-Path: "u8), FieldOf(bytes.AsSpan(0, count), "X-Original-To: "u8));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Only what the host has put before a mail, at its very beginning, in one line each.</summary>
    private static string FieldOf(ReadOnlySpan<byte> head, ReadOnlySpan<byte> name)
    {
        for (var i = 0; i < HostLines && !head.IsEmpty; i++)
        {
            var end = head.IndexOf((byte)'\n');
            var line = end < 0 ? head : head[..end];
            if (line.StartsWith(name))
                return Encoding.UTF8.GetString(line[name.Length..].TrimEnd((byte)'\r'));
            head = end < 0 ? default : head[(end + 1)..];
        }

        return "";
    }
}
