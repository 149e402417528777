using System.Globalization;

namespace MailStore.Host.Configuration;

/// <summary>One spelling of each domain.</summary>
internal static class DomainName
{
    private static readonly IdnMapping Idn = new();

    /// <summary>
    /// In lower case (RFC 5321, 2.4), without a final dot, labels as Unicode (RFC 5890: <c>xn--bcher-kva.example</c> is <c>bücher.example</c>). What is no such label is left as it is.
    /// </summary>
    public static string Normalise(string domain)
    {
        var name = domain.ToLowerInvariant().TrimEnd('.');
        return name.Contains("xn--", StringComparison.Ordinal) ? string.Join('.', name.Split('.').Select(ToUnicode)) : name;
    }

    private static string ToUnicode(string label)
    {
        if (!label.StartsWith("xn--", StringComparison.Ordinal))
            return label;
        try
        {
            var unicode = Idn.GetUnicode(label);
            // nothing that a host name could not be made of, and one spelling only
            return unicode.Any(c => c < '\x80' && !char.IsAsciiLetterOrDigit(c) && c != '-') || unicode.Any(char.IsUpper) ? label : unicode;
        }
        catch (ArgumentException)
        {
            return label;
        }
    }
}
