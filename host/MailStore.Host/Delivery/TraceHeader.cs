using System.Globalization;
using System.Text;

namespace MailStore.Host.Delivery;

/// <summary>
/// The headers put before each stored mail: Return-Path (RFC 5321, 4.4), Delivered-To (RFC 9228), X-Original-To, Received (RFC 5321, 4.4).
/// Nothing from outside can end a line in them.
/// </summary>
internal static class TraceHeader
{
    public static ReadOnlyMemory<byte> Build(
        MailEnvelope envelope, string hostname, string user, string originalRecipient, string deliveryId, DateTimeOffset arrival)
    {
        var text = new StringBuilder(320);
        text.Append("Return-Path: <");
        AppendClean(text, envelope.Sender);
        text.Append(">\nDelivered-To: ");
        AppendClean(text, user);
        text.Append("\nX-Original-To: ");
        AppendClean(text, originalRecipient);
        text.Append("\nReceived: from ");
        AppendClean(text, envelope.ClientName.Length == 0 ? "unknown" : envelope.ClientName);
        text.Append(" (");
        AppendClean(text, envelope.ClientAddress);
        text.Append(")\n\tby ");
        AppendClean(text, hostname);
        text.Append(" (MailStore) with ").Append(envelope.Protocol).Append("\n\tid ").Append(deliveryId).Append("\n\tfor <");
        AppendClean(text, originalRecipient);
        text.Append(">; ");
        text.Append(CultureInfo.InvariantCulture, $"{arrival.UtcDateTime:ddd, dd MMM yyyy HH:mm:ss} +0000\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void AppendClean(StringBuilder text, string value)
    {
        foreach (var c in value)
            text.Append(char.IsControl(c) ? '?' : c);
    }
}
