namespace MailStore.Tests;

/// <summary>A reply of an LMTP server: the code, and the text of its lines without the code.</summary>
internal sealed record LmtpReply(int Code, IReadOnlyList<string> Lines)
{
    public string Text => Lines[^1];

    public bool IsPositive => Code is >= 200 and < 400;

    public override string ToString() => $"{Code} {string.Join(" | ", Lines)}";
}
