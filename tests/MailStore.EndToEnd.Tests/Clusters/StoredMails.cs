namespace MailStore.EndToEnd.Tests.Clusters;

/// <summary>What a storage holds, read by nothing of ours.</summary>
/// <param name="Places">Where users are, or somebody began to put them; with or without mail.</param>
/// <param name="Mails">All mails.</param>
internal sealed record StoredMails(IReadOnlyList<string> Places, IReadOnlyList<PlacedMail> Mails);

/// <summary>A mail, and whose place it is in.</summary>
internal sealed record PlacedMail(string Place, string User, string Subject)
{
    /// <summary>Of a mail's text.</summary>
    public static PlacedMail Of(string place, string text) => new(place, Header(text, "Delivered-To: "), Header(text, "Subject: "));

    private static string Header(string text, string name) =>
        text.Split('\n').FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..].Trim() ?? "";
}
