using MailStore.Sdk;

namespace MailStore.Maildir.Paths;

/// <summary>A piece of a segment of a path template.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The text, of one that is text.</param>
/// <param name="Digits">The number of digits, of a hash.</param>
internal readonly record struct PathPart(Placeholder Kind, string Text = "", int Digits = 0)
{
    /// <summary>Whether its length depends on the user, so that two of them side by side could not be told apart.</summary>
    public bool IsVariable => Kind is not (Placeholder.Text or Placeholder.Hash);

    public string Expand(EffectiveUser user) => Kind switch
    {
        Placeholder.User => NameEscape.EscapeUser(user.Name),
        Placeholder.Local => NameEscape.Escape(user.LocalPart),
        Placeholder.Domain => user.Name.Contains('@') ? NameEscape.Escape(user.Domain) : NameEscape.None,
        Placeholder.Hash => NameEscape.Hash(NameEscape.EscapeUser(user.Name), Digits),
        _ => Text,
    };
}
