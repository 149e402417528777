using MailStore.Maildir.Places;

namespace MailStore.Maildir.Inspection;

/// <summary>A directory where places are, that is old enough to be judged.</summary>
/// <param name="Parent">The directory above.</param>
/// <param name="Name">Its name there.</param>
/// <param name="Owner">Whose it says it is; null for one of a name that only unfinished places have.</param>
internal sealed record SeenPlace(string Parent, string Name, Owner? Owner)
{
    public string Path => $"{Parent}/{Name}";
}
