namespace MailStore.Plugins.Tests.Maildir;

/// <summary>A fact that needs something of the machine; skipped with a reason where that is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FactIfAttribute : FactAttribute
{
    public FactIfAttribute(params string[] needs)
    {
        var missing = needs.Where(need => !Has(need)).ToList();
        if (missing.Count > 0)
            Skip = $"needs {string.Join(", ", missing)}";
    }

    private static bool Has(string need) => need switch
    {
        "root" => Environment.IsPrivilegedProcess,
        "mails" => RealMails.Folder is not null,
        _ => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, need))),
    };
}
