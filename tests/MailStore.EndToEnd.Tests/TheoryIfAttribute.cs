namespace MailStore.EndToEnd.Tests;

/// <inheritdoc cref="FactIfAttribute"/>
internal sealed class TheoryIfAttribute : TheoryAttribute
{
    public TheoryIfAttribute(params string[] needs) => Skip = new FactIfAttribute(needs).Skip;
}
