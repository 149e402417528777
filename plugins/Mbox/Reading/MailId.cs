using System.Globalization;

namespace MailStore.Mbox.Reading;

/// <summary>The id of a mail: its name, and for a copy of the same name its number among them, from 2: <c>0198c2f6…-2</c>.</summary>
/// <param name="Name">See <see cref="MailEntry.Name"/>.</param>
/// <param name="Number">1 for the first.</param>
internal readonly record struct MailId(string Name, int Number)
{
    private const int MaxName = 64;

    public override string ToString() => Number == 1 ? Name : string.Create(CultureInfo.InvariantCulture, $"{Name}-{Number}");

    /// <summary>Reads an id; null for what is none. From outside.</summary>
    public static MailId? Parse(string id)
    {
        var at = id.IndexOf('-');
        var name = at < 0 ? id : id[..at];
        if (name.Length is 0 or > MaxName || !name.All(char.IsAsciiLetterOrDigit))
            return null;
        if (at < 0)
            return new MailId(name, 1);
        return int.TryParse(id.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 1 && id[at + 1] != '0'
            ? new MailId(name, number)
            : null;
    }
}
