using System.Globalization;
using System.Runtime.CompilerServices;
using Amazon.S3.Model;
using MailStore.Sdk;

namespace MailStore.S3.Delivery;

/// <summary>
/// What is written beside a mail as its metadata (<c>x-amz-meta-…</c>), for people and other programs. This module reads only the token. S3 allows ASCII, and 2 KB in
/// all: values are percent-encoded as in URLs, and what is too long is cut.
/// </summary>
internal static class Envelope
{
    public const string ContentType = "message/rfc822";
    public const string Token = "x-amz-meta-token";

    private const int MaxLength = 320;

    private static readonly ConditionalWeakTable<Mail, string> Tokens = [];

    /// <summary>What tells this delivery's object from every other one; the same for all attempts.</summary>
    public static string TokenOf(Mail mail) => Tokens.GetValue(mail, static _ => Guid.NewGuid().ToString("n"));

    public static void Write(Mail mail, MetadataCollection metadata)
    {
        metadata[Token] = TokenOf(mail);
        Add(metadata, "delivery-id", mail.DeliveryId);
        Add(metadata, "user", mail.User);
        Add(metadata, "sender", mail.Sender);
        Add(metadata, "recipient", mail.OriginalRecipient);
        Add(metadata, "detail", mail.Detail);
        Add(metadata, "arrival", mail.Arrival.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        Add(metadata, "size", mail.Size.ToString(CultureInfo.InvariantCulture));
    }

    private static void Add(MetadataCollection metadata, string name, string? value)
    {
        if (value is null)
            return;
        var encoded = Uri.EscapeDataString(value).Replace("%40", "@", StringComparison.Ordinal).Replace("%3A", ":", StringComparison.Ordinal);
        // not in the middle of an escaped byte
        metadata[$"x-amz-meta-{name}"] = encoded.Length <= MaxLength ? encoded : encoded[..MaxLength].TrimEnd('%') + "...";
    }
}
