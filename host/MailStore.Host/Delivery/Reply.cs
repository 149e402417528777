namespace MailStore.Host.Delivery;

/// <summary>A reply of LMTP for one recipient: code (RFC 5321, 4.2), enhanced code (RFC 3463), text without line ends.</summary>
internal readonly record struct Reply(int Code, string Enhanced, string Text)
{
    public bool IsPositive => Code is >= 200 and < 300;

    public override string ToString() => $"{Code} {Enhanced} {Text}";
}
