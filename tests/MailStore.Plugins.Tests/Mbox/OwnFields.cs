using System.Text.RegularExpressions;

namespace MailStore.Plugins.Tests.Mbox;

/// <summary>The rule of what an mbox file does not keep, told in another way than the module's.</summary>
internal static partial class OwnFields
{
    public static string Without(string mail)
    {
        var body = HeaderEnd().Match(mail) is { Success: true } end ? end.Index + 1 : mail.Length;
        return Field().Replace(mail[..body], "") + mail[body..];
    }

    [GeneratedRegex(@"\n\r?\n")]
    private static partial Regex HeaderEnd();

    [GeneratedRegex(@"^(Status|X-Status|X-Keywords|X-UID|X-IMAP|X-IMAPbase|Content-Length)[ \t]*:.*\n([ \t].*\n)*", RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Field();
}
