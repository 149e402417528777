using System.Globalization;
using MailStore.Host.Admin.Importing;
using MailStore.Host.Admin.Moving;

namespace MailStore.Host.Commands.Importing;

/// <summary>What a user has already: so many of each mail in each folder. A mail that is found is taken off, so that of two that are alike both come.</summary>
internal sealed class MissingMails
{
    private readonly Dictionary<UInt128, int> _known = [];

    public void Add(KnownMail known)
    {
        var key = MailHash.Within(known.Folder, UInt128.Parse(known.Content, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        _known[key] = _known.GetValueOrDefault(key) + 1;
    }

    /// <summary>Whether a mail is not there, or not often enough.</summary>
    public bool IsMissing(string? folder, UInt128 content)
    {
        var key = MailHash.Within(folder, content);
        if (!_known.TryGetValue(key, out var count))
            return true;
        if (count == 1)
            _known.Remove(key);
        else
            _known[key] = count - 1;
        return false;
    }
}
