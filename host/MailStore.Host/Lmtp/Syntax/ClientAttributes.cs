using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;
using MailStore.Host.Delivery;

namespace MailStore.Host.Lmtp;

/// <summary>
/// What an MTA says of the client that it got a mail from: Postfix's XFORWARD_README and XCLIENT_README. Values are xtext; <c>[UNAVAILABLE]</c> and
/// <c>[TEMPUNAVAIL]</c> mean that there is none.
/// </summary>
internal sealed class ClientAttributes
{
    /// <summary>As they are announced to those who may use them.</summary>
    public const string OfXforward = "NAME ADDR PORT PROTO HELO IDENT SOURCE";

    /// <inheritdoc cref="OfXforward"/>
    public const string OfXclient = "NAME ADDR HELO";

    private const int LongestValue = 255;
    private const string Ipv6Prefix = "IPV6:";

    private static readonly SearchValues<char> NotInWord = SearchValues.Create(" ()<>;\\\"");

    private readonly List<(Attribute Attribute, string? Value)> _said = [];

    private enum Attribute
    {
        Name,
        Addr,
        Port,
        Proto,
        Helo,
        Ident,
        Source,
    }

    /// <returns>The reply to a mistake, or null.</returns>
    public static byte[]? Parse(ReadOnlySpan<byte> text, LmtpVerb verb, out ClientAttributes? attributes)
    {
        attributes = null;
        var parsed = new ClientAttributes();
        var reader = new ParameterReader(text);
        while (reader.TryRead())
        {
            if (AttributeOf(reader.Keyword, verb) is not { } attribute)
                return Replies.UnknownAttribute;
            if (!Xtext.TryDecode(reader.Value, out var value) || value.Length is 0 or > LongestValue)
                return Replies.ParameterSyntax;
            var isKnown = value is not ("[UNAVAILABLE]" or "[TEMPUNAVAIL]");
            if (isKnown && !TryNormalise(attribute, verb, ref value))
                return Replies.ParameterSyntax;
            parsed._said.Add((attribute, isKnown ? value : null));
        }

        if (parsed._said.Count == 0)
            return Replies.NoAttributes;
        attributes = parsed;
        return null;
    }

    /// <summary>Puts what was said over what was known: one command after the other adds to it.</summary>
    public ForwardedClient Over(ForwardedClient? known)
    {
        var client = known ?? new ForwardedClient();
        foreach (var (attribute, value) in _said)
        {
            client = attribute switch
            {
                Attribute.Name => client with { Name = value },
                Attribute.Addr => client with { Address = value },
                Attribute.Port => client with { Port = value },
                Attribute.Proto => client with { Protocol = value },
                Attribute.Helo => client with { Helo = value },
                Attribute.Ident => client with { QueueId = value },
                _ => client with { Source = value },
            };
        }

        return client;
    }

    private static Attribute? AttributeOf(ReadOnlySpan<byte> keyword, LmtpVerb verb) =>
        Ascii.EqualsIgnoreCase(keyword, "NAME"u8) ? Attribute.Name
        : Ascii.EqualsIgnoreCase(keyword, "ADDR"u8) ? Attribute.Addr
        : Ascii.EqualsIgnoreCase(keyword, "HELO"u8) ? Attribute.Helo
        : verb == LmtpVerb.Xclient ? null
        : Ascii.EqualsIgnoreCase(keyword, "PORT"u8) ? Attribute.Port
        : Ascii.EqualsIgnoreCase(keyword, "PROTO"u8) ? Attribute.Proto
        : Ascii.EqualsIgnoreCase(keyword, "IDENT"u8) ? Attribute.Ident
        : Ascii.EqualsIgnoreCase(keyword, "SOURCE"u8) ? Attribute.Source
        : null;

    private static bool TryNormalise(Attribute attribute, LmtpVerb verb, ref string value)
    {
        switch (attribute)
        {
            case Attribute.Addr:
                var text = value.StartsWith(Ipv6Prefix, StringComparison.OrdinalIgnoreCase) ? value[Ipv6Prefix.Length..] : value;
                if (!IPAddress.TryParse(text, out var address))
                    return false;
                value = address.ToString();
                return true;
            case Attribute.Port:
                return ushort.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _);
            case Attribute.Proto or Attribute.Ident:
                return !value.Contains(' ', StringComparison.Ordinal);
            case Attribute.Source:
                return value.Equals("LOCAL", StringComparison.OrdinalIgnoreCase) || value.Equals("REMOTE", StringComparison.OrdinalIgnoreCase);
            default:
                // in the place of LHLO's name, where it must be one word; else in a comment of Received
                return verb != LmtpVerb.Xclient || !value.AsSpan().ContainsAny(NotInWord);
        }
    }
}
