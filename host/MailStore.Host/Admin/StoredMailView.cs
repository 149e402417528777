using System.Text.Json.Serialization;
using MailStore.Sdk;

namespace MailStore.Host.Admin;

/// <summary>One stored mail as JSON tells it.</summary>
internal sealed record StoredMailView(string Id, long Size, DateTimeOffset Arrival, string Flags, string? Folder)
{
    public static StoredMailView Of(StoredMail mail) =>
        new(mail.Id, mail.Size, mail.Arrival, mail.Flags == MailFlags.None ? "" : mail.Flags.ToString().ToLowerInvariant(), mail.Folder);

    [JsonIgnore]
    public MailFlags ParsedFlags => Flags.Length == 0 ? MailFlags.None : Enum.Parse<MailFlags>(Flags, ignoreCase: true);
}
