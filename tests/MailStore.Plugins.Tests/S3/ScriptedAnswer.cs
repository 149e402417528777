namespace MailStore.Plugins.Tests.S3;

/// <summary>What a <see cref="ScriptedS3"/> says.</summary>
internal sealed record ScriptedAnswer(int Status, byte[] Body)
{
    public ScriptedAnswer(int status, string body = "")
        : this(status, System.Text.Encoding.UTF8.GetBytes(body))
    {
    }

    public Dictionary<string, string> Headers { get; init; } = [];

    public static ScriptedAnswer Error(int status, string code) => new(status, $"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>as the test says</Message></Error>");
}
