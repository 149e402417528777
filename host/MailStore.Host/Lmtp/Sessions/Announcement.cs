using System.Globalization;
using System.Text;
using MailStore.Host.Configuration;

namespace MailStore.Host.Lmtp;

/// <summary>
/// The reply to LHLO, which tells what is offered: RFC 2033, 4.1. PIPELINING of RFC 2920, 8BITMIME of RFC 6152, SMTPUTF8 of RFC 6531, ENHANCEDSTATUSCODES of RFC 2034,
/// CHUNKING and BINARYMIME of RFC 3030, LIMITS of RFC 9422, STARTTLS of RFC 3207, DSN of RFC 3461, XFORWARD and XCLIENT of Postfix, SIZE of RFC 1870.
/// </summary>
internal sealed class Announcement(string hostName, LmtpOptions options, LmtpLimits limits)
{
    private readonly byte[]?[] _replies = new byte[]?[8];

    /// <param name="startTls">Whether TLS is possible and not yet on.</param>
    /// <param name="xforward">Whether the client may use it.</param>
    /// <param name="xclient">Whether the client may use it.</param>
    public ReadOnlySpan<byte> For(bool startTls, bool xforward, bool xclient) =>
        _replies[(startTls ? 1 : 0) + (xforward ? 2 : 0) + (xclient ? 4 : 0)] ??= Build(startTls, xforward, xclient);

    private byte[] Build(bool startTls, bool xforward, bool xclient)
    {
        var text = new StringBuilder();
        Add(hostName);
        Add("PIPELINING");
        Add("8BITMIME");
        Add("SMTPUTF8");
        Add("ENHANCEDSTATUSCODES");
        Add("CHUNKING");
        Add("BINARYMIME");
        if (startTls)
            Add("STARTTLS");
        if (options.Dsn)
            Add("DSN");
        if (xforward)
            Add($"XFORWARD {ClientAttributes.OfXforward}");
        if (xclient)
            Add($"XCLIENT {ClientAttributes.OfXclient}");
        Add(string.Create(CultureInfo.InvariantCulture, $"LIMITS {(limits.Mails > 0 ? $"MAILMAX={limits.Mails} " : "")}RCPTMAX={limits.Recipients}"));
        text.Append(CultureInfo.InvariantCulture, $"250 SIZE {options.MaxMessageSize.Bytes}\r\n");
        return Encoding.ASCII.GetBytes(text.ToString());

        void Add(string line) => text.Append(CultureInfo.InvariantCulture, $"250-{line}\r\n");
    }
}
