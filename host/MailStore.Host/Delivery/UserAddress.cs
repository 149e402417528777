using System.Text;
using MailStore.Host.Configuration;

namespace MailStore.Host.Delivery;

/// <summary>
/// A recipient taken apart: the name of the user and the detail. RFC 5321, 4.1.2 (a quoted local part and the same one unquoted are one
/// user), RFC 5233 (detail).
/// </summary>
internal readonly record struct UserAddress(string User, string? Detail)
{
    /// <summary>RFC 5321, 4.5.3.1: 64 for the local part, 255 for the domain, and the @.</summary>
    public const int MaxLength = 320;

    /// <summary>Normalises a recipient: domain as <see cref="DomainName.Normalise"/> has it, local part unquoted, in lower case unless configured otherwise.</summary>
    /// <param name="address">Without angle brackets.</param>
    /// <param name="error">What is wrong with it.</param>
    public static UserAddress? Parse(string address, string delimiters, bool caseSensitive, out string error)
    {
        error = "";
        var at = address.LastIndexOf('@');
        var (local, domain) = at < 0 ? (address, "") : (address[..at], DomainName.Normalise(address[(at + 1)..]));
        if (at >= 0 && domain.Length == 0)
            error = "the domain is empty";
        local = Unquote(local);
        if (local.Length == 0)
            error = "the local part is empty";
        else if (address.Length > MaxLength)
            error = $"it is longer than {MaxLength} characters";
        else if (address.AsSpan().ContainsAnyInRange('\0', '\x1f') || address.Contains('\x7f', StringComparison.Ordinal))
            error = "it has control characters";
        if (error.Length > 0)
            return null;

        string? detail = null;
        // a delimiter in front is part of the name: nobody is called ''
        var split = delimiters.Length == 0 ? -1 : local.AsSpan(1).IndexOfAny(delimiters) + 1;
        if (split > 0)
            (local, detail) = (local[..split], local[(split + 1)..]);
        if (!caseSensitive)
            local = local.ToLowerInvariant();
        return new UserAddress(at < 0 ? local : $"{local}@{domain}", detail);
    }

    private static string Unquote(string local)
    {
        if (local.Length < 2 || local[0] != '"' || local[^1] != '"')
            return local;
        var text = new StringBuilder(local.Length);
        for (var i = 1; i < local.Length - 1; i++)
        {
            if (local[i] == '\\' && i + 1 < local.Length - 1)
                i++;
            text.Append(local[i]);
        }

        return text.ToString();
    }
}
