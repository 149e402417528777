using MailStore.Tests;

namespace MailStore.EndToEnd.Tests;

/// <summary>A test that needs a program of the system, or the real mails; skipped with the reason where that is not there.</summary>
internal sealed class FactIfAttribute : FactAttribute
{
    public const string RealMails = "real mails";

    public FactIfAttribute(params string[] needs)
    {
        foreach (var need in needs)
        {
            if (need == RealMails ? RepositoryRoot.RealMails is null : Tools.Find(need) is null)
                Skip = need == RealMails ? "the real mails (../shared/mail) are not here" : $"'{need}' is not installed; tests/run installs it";
        }
    }
}
