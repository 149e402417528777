using System.Text.RegularExpressions;

namespace MailStore.Host.Configuration;

/// <summary>Tells what must not be shown: 'config show' is pasted into mails and bug reports.</summary>
internal static partial class Secrets
{
    public const string Shown = "***";

    private static readonly string[] Words = ["password", "passphrase", "secret", "token"];

    /// <summary>Whether a value must not be shown: by its key, or as it holds a password, as connection strings and addresses do.</summary>
    public static bool IsSecret(string key, object? value) => IsSecretKey(key) || HoldsPassword(value);

    public static bool IsSecretKey(string key) => Array.Exists(Words, word => key.Contains(word, StringComparison.OrdinalIgnoreCase));

    /// <summary>A value as it may be shown.</summary>
    public static string Masked(string key, string value) => value.Length > 0 && IsSecret(key, value) ? Shown : value;

    private static bool HoldsPassword(object? value) => value switch
    {
        string text => PasswordInText().IsMatch(text),
        System.Collections.IEnumerable items => items.Cast<object?>().Any(HoldsPassword),
        _ => false,
    };

    [GeneratedRegex(@"\b(password|pwd)\s*=|://[^/@\s]*:[^/@\s]*@", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PasswordInText();
}
