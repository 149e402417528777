using System.Buffers;
using System.Text;

namespace MailStore.Host.Lmtp;

/// <summary>One line to one command: RFC 5321, 4.1.1, with LHLO of RFC 2033, 4.1, and the extensions that are offered. Never throws, and makes nothing but the strings that it returns.</summary>
internal static class CommandParser
{
    private const int MaxClientName = 255;
    private const int LongestVerb = 8;

    /// <param name="line">Without its line end.</param>
    public static LmtpCommand Parse(ReadOnlySpan<byte> line)
    {
        line = line.TrimEnd(" \t"u8);
        var space = line.IndexOf((byte)' ');
        var argument = space < 0 ? default : line[space..].TrimStart((byte)' ');
        var verb = VerbOf(space < 0 ? line : line[..space]);
        return verb switch
        {
            LmtpVerb.Lhlo => ParseLhlo(argument),
            LmtpVerb.Mail => ParseMail(argument),
            LmtpVerb.Rcpt => ParseRcpt(argument),
            LmtpVerb.Bdat => ParseBdat(argument),
            LmtpVerb.Xforward or LmtpVerb.Xclient => ParseAttributes(verb, argument),
            LmtpVerb.Data or LmtpVerb.Rset or LmtpVerb.Quit or LmtpVerb.StartTls when !argument.IsEmpty => Refused(verb, Replies.NoArgument),
            LmtpVerb.Vrfy when argument.IsEmpty => Refused(verb, Replies.VrfySyntax),
            LmtpVerb.Unknown => Refused(verb, Replies.UnknownCommand),
            _ => new LmtpCommand(verb),
        };
    }

    private static LmtpVerb VerbOf(ReadOnlySpan<byte> word)
    {
        if (word.Length is < 4 or > LongestVerb)
            return LmtpVerb.Unknown;
        Span<byte> upper = stackalloc byte[LongestVerb];
        // what is not ASCII is no verb, not even behind the letters of one
        if (Ascii.ToUpper(word, upper, out var length) != OperationStatus.Done)
            return LmtpVerb.Unknown;
        return upper[..length] switch
        {
            [(byte)'L', (byte)'H', (byte)'L', (byte)'O'] => LmtpVerb.Lhlo,
            [(byte)'M', (byte)'A', (byte)'I', (byte)'L'] => LmtpVerb.Mail,
            [(byte)'R', (byte)'C', (byte)'P', (byte)'T'] => LmtpVerb.Rcpt,
            [(byte)'D', (byte)'A', (byte)'T', (byte)'A'] => LmtpVerb.Data,
            [(byte)'B', (byte)'D', (byte)'A', (byte)'T'] => LmtpVerb.Bdat,
            [(byte)'R', (byte)'S', (byte)'E', (byte)'T'] => LmtpVerb.Rset,
            [(byte)'N', (byte)'O', (byte)'O', (byte)'P'] => LmtpVerb.Noop,
            [(byte)'Q', (byte)'U', (byte)'I', (byte)'T'] => LmtpVerb.Quit,
            [(byte)'V', (byte)'R', (byte)'F', (byte)'Y'] => LmtpVerb.Vrfy,
            [(byte)'H', (byte)'E', (byte)'L', (byte)'P'] => LmtpVerb.Help,
            [(byte)'H', (byte)'E', (byte)'L', (byte)'O'] or [(byte)'E', (byte)'H', (byte)'L', (byte)'O'] => LmtpVerb.Helo,
            var longer when longer.SequenceEqual("STARTTLS"u8) => LmtpVerb.StartTls,
            var longer when longer.SequenceEqual("XFORWARD"u8) => LmtpVerb.Xforward,
            var longer when longer.SequenceEqual("XCLIENT"u8) => LmtpVerb.Xclient,
            _ => LmtpVerb.Unknown,
        };
    }

    /// <summary>The name goes into Received, so it must be one printable word; whether it is a domain is the MTA's affair.</summary>
    private static LmtpCommand ParseLhlo(ReadOnlySpan<byte> argument) =>
        argument.IsEmpty || argument.Length > MaxClientName || argument.ContainsAnyInRange((byte)0, (byte)32) || argument.Contains((byte)127)
            ? Refused(LmtpVerb.Lhlo, Replies.LhloSyntax)
            : new LmtpCommand(LmtpVerb.Lhlo) { Argument = Encoding.UTF8.GetString(argument) };

    private static LmtpCommand ParseMail(ReadOnlySpan<byte> argument)
    {
        if (!TryTakePrefix(ref argument, "FROM:"u8))
            return Refused(LmtpVerb.Mail, Replies.MailSyntax);
        if (!PathParser.TryParse(argument, out var sender, out var length))
            return Refused(LmtpVerb.Mail, Replies.SenderSyntax);
        var refusal = MailParameters.Parse(argument[length..], out var parameters);
        return new LmtpCommand(LmtpVerb.Mail) { Argument = sender, Mail = parameters, Refusal = refusal };
    }

    private static LmtpCommand ParseRcpt(ReadOnlySpan<byte> argument)
    {
        if (!TryTakePrefix(ref argument, "TO:"u8))
            return Refused(LmtpVerb.Rcpt, Replies.RcptSyntax);
        if (!PathParser.TryParse(argument, out var recipient, out var length) || recipient.Length == 0)
            return Refused(LmtpVerb.Rcpt, Replies.RecipientSyntax);
        var refusal = RcptParameters.Parse(argument[length..], out var parameters);
        return new LmtpCommand(LmtpVerb.Rcpt) { Argument = recipient, Rcpt = parameters, Refusal = refusal };
    }

    /// <summary>RFC 3030, 2: <c>BDAT 1000</c>, <c>BDAT 86 LAST</c>.</summary>
    private static LmtpCommand ParseBdat(ReadOnlySpan<byte> argument)
    {
        var space = argument.IndexOf((byte)' ');
        var last = space < 0 ? default : argument[space..].TrimStart((byte)' ');
        return Number.TryParse(space < 0 ? argument : argument[..space], out var size) && (last.IsEmpty || Ascii.EqualsIgnoreCase(last, "LAST"u8))
            ? new LmtpCommand(LmtpVerb.Bdat) { ChunkSize = size, IsLastChunk = !last.IsEmpty }
            : Refused(LmtpVerb.Bdat, Replies.BdatSyntax);
    }

    private static LmtpCommand ParseAttributes(LmtpVerb verb, ReadOnlySpan<byte> argument)
    {
        var refusal = ClientAttributes.Parse(argument, verb, out var attributes);
        return new LmtpCommand(verb) { Attributes = attributes, Refusal = refusal };
    }

    /// <summary>Spaces after the colon are wrong, common, and harmless.</summary>
    private static bool TryTakePrefix(ref ReadOnlySpan<byte> argument, ReadOnlySpan<byte> prefix)
    {
        if (argument.Length < prefix.Length || !Ascii.EqualsIgnoreCase(argument[..prefix.Length], prefix))
            return false;
        argument = argument[prefix.Length..].TrimStart((byte)' ');
        return true;
    }

    private static LmtpCommand Refused(LmtpVerb verb, byte[] reply) => new(verb) { Refusal = reply };
}
