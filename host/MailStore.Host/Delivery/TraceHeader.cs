using System.Globalization;
using System.Text;

namespace MailStore.Host.Delivery;

/// <summary>
/// The headers put before each stored mail: Return-Path (RFC 5321, 4.4), Delivered-To (RFC 9228), X-Original-To, Original-Recipient where the
/// client told it (RFC 8098, 2.3), Received (RFC 5321, 4.4).
/// Nothing from outside can end a line in them.
/// </summary>
internal static class TraceHeader
{
    public static ReadOnlyMemory<byte> Build(MailEnvelope envelope, string hostname, Recipient recipient, string deliveryId, DateTimeOffset arrival)
    {
        var text = new StringBuilder(320);
        text.Append("Return-Path: <");
        AppendClean(text, envelope.Sender);
        text.Append(">\nDelivered-To: ");
        AppendClean(text, recipient.User.Name);
        text.Append("\nX-Original-To: ");
        AppendClean(text, recipient.Original);
        if (recipient.OriginalByDsn is { } original)
        {
            text.Append("\nOriginal-Recipient: ");
            AppendClean(text, original);
        }

        text.Append("\nReceived: from ");
        AppendClean(text, envelope.ClientName.Length == 0 ? "unknown" : envelope.ClientName);
        text.Append(" (");
        AppendClean(text, envelope.ClientAddress);
        text.Append(')');
        AppendTold(text, envelope);
        text.Append("\n\tby ");
        AppendClean(text, hostname);
        text.Append(" (MailStore) with ").Append(envelope.Protocol).Append("\n\tid ").Append(deliveryId).Append("\n\tfor <");
        AppendClean(text, recipient.Original);
        text.Append(">; ");
        text.Append(CultureInfo.InvariantCulture, $"{arrival.UtcDateTime:ddd, dd MMM yyyy HH:mm:ss} +0000\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    /// <summary>What the client told of the mail's way to it, as comments (RFC 5322, 3.2.2), a line each.</summary>
    private static void AppendTold(StringBuilder text, MailEnvelope envelope)
    {
        if (envelope.Forwarded is { } told)
        {
            if (told.Address is not null)
                AppendComment(text, "first from ", $"{told.Name ?? "unknown"} [{told.Address}]{(told.Port is null ? "" : ":")}{told.Port}");
            AppendComment(text, "first HELO ", told.Helo);
            AppendComment(text, "first with ", told.Protocol);
            AppendComment(text, "queue id ", told.QueueId);
        }

        AppendComment(text, "envelope id ", envelope.EnvelopeId);
    }

    private static void AppendComment(StringBuilder text, string title, string? value)
    {
        if (value is null)
            return;
        text.Append("\n\t(").Append(title);
        foreach (var c in value)
        {
            if (c is '(' or ')' or '\\')
                text.Append('\\');
            text.Append(char.IsControl(c) ? '?' : c);
        }

        text.Append(')');
    }

    private static void AppendClean(StringBuilder text, string value)
    {
        foreach (var c in value)
            text.Append(char.IsControl(c) ? '?' : c);
    }
}
