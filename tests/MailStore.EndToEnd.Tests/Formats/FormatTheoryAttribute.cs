using MailStore.Tests.Formats;

namespace MailStore.EndToEnd.Tests.Formats;

/// <summary>A test of all storage formats; skipped with the reason where a machine lacks the servers, the real mails or a program.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FormatTheoryAttribute : TheoryAttribute
{
    public FormatTheoryAttribute(params string[] needs) =>
        Skip = new FactIfAttribute(needs).Skip ?? StorageFormat.All.Select(format => format.Lack).FirstOrDefault(lack => lack is not null);
}
