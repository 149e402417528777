namespace MailStore.Host.Modules;

/// <summary>A type or member that a plugin takes from an assembly of the host, and that is not there.</summary>
/// <param name="Type">Its full name.</param>
/// <param name="Member">As people write it; null if the type itself is lacking.</param>
internal sealed record MissingReference(string Assembly, string Type, string? Member)
{
    public override string ToString() => Member is null ? SignatureText.ForPeople(Type) : $"{SignatureText.ForPeople(Type)}.{Member}";
}
