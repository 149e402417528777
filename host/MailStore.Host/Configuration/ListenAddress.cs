using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;

namespace MailStore.Host.Configuration;

/// <summary>Where a server listens: <c>host:port</c>, <c>[::1]:port</c> or <c>unix:/path/to/socket</c>.</summary>
/// <param name="Host">An IP address without brackets, a name, or <c>*</c> for all addresses; null for a Unix socket.</param>
/// <param name="Port">0 to 65535; 0 takes any free one.</param>
/// <param name="UnixPath">As the administrator wrote it, see <see cref="ResolveUnixPath"/>; null for TCP.</param>
internal sealed record ListenAddress(string? Host, int Port, string? UnixPath)
{
    private const string UnixScheme = "unix:";
    private const string Forms = "write \"host:port\", \"[::1]:port\" or \"unix:/path/to/socket\"";

    /// <summary>Whether only this machine reaches it. A name other than <c>localhost</c> may lead anywhere, and does not count.</summary>
    public bool IsLoopbackOrLocal =>
        UnixPath is not null || Host == "localhost" || (IPAddress.TryParse(Host, out var address) && IPAddress.IsLoopback(address));

    public static bool TryParse(string text, [NotNullWhen(true)] out ListenAddress? address, [NotNullWhen(false)] out string? error)
    {
        address = null;
        error = null;
        if (text.StartsWith(UnixScheme, StringComparison.Ordinal))
        {
            var path = text[UnixScheme.Length..];
            if (path.Length == 0 || path.Contains('\0', StringComparison.Ordinal) || path.EndsWith('/'))
                error = $"\"{text}\" names no file for the socket; {Forms}";
            else
                address = new ListenAddress(null, 0, path);
            return error is null;
        }

        var colon = text.LastIndexOf(':');
        if (colon <= 0)
        {
            error = $"\"{text}\" has no port; {Forms}";
            return false;
        }

        if (!int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port > ushort.MaxValue)
            error = $"\"{text[(colon + 1)..]}\" is not a port (0 to 65535); {Forms}";
        else if (HostOf(text[..colon]) is { } host)
            address = new ListenAddress(host, port, null);
        else if (text.IndexOf(':') < colon && !text.StartsWith('[') && IPAddress.TryParse(text, out _))
            error = $"\"{text}\": an IPv6 address stands in brackets; {Forms}";
        else
            error = $"\"{text[..colon]}\" is neither an IP address nor a host name; {Forms}";
        return error is null;
    }

    /// <summary>The absolute path of the Unix socket: relative ones start at the data directory.</summary>
    public string? ResolveUnixPath(string dataDirectory) => UnixPath is null ? null : Path.GetFullPath(UnixPath, dataDirectory);

    public override string ToString() =>
        UnixPath is not null ? UnixScheme + UnixPath : Host!.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    private static string? HostOf(string text)
    {
        if (text == "*")
            return text;
        if (text.StartsWith('[') && text.EndsWith(']'))
        {
            var inner = text[1..^1];
            return inner.Contains(':', StringComparison.Ordinal) && IPAddress.TryParse(inner, out _) ? inner : null;
        }

        // "127.1" is an address to the C library, and a surprise to everybody else: four numbers, or a name
        if (text.All(c => char.IsAsciiDigit(c) || c == '.'))
            return text.Split('.').Length == 4 && IPAddress.TryParse(text, out _) ? text : null;
        return IsHostName(text) ? text.ToLowerInvariant() : null;
    }

    private static bool IsHostName(string text) =>
        text.Length <= 253 && text.Split('.').All(label =>
            label.Length is > 0 and <= 63 && label[0] != '-' && label[^1] != '-' && label.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'));
}
