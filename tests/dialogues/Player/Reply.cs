namespace MailStore.Dialogues;

/// <summary>A reply as it came: RFC 5321, 4.2.</summary>
/// <param name="Code">Three digits.</param>
/// <param name="Lines">The text of each line, after the code and the character behind it.</param>
internal sealed record Reply(string Code, IReadOnlyList<string> Lines)
{
    public char Class => Code[0];

    public override string ToString() => $"{Code} {string.Join(" / ", Lines)}";
}
