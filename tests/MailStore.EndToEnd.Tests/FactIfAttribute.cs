using MailStore.Tests;
using MailStore.Tests.Servers;

namespace MailStore.EndToEnd.Tests;

/// <summary>A test that needs a program of the system, or the real mails; skipped with the reason where that is not there.</summary>
internal sealed class FactIfAttribute : FactAttribute
{
    public const string RealMails = "real mails";
    public const string Root = "root";
    public const string Postgres = "PostgreSQL";
    public const string Ceph = "Ceph";
    public const string NativeDeliver = "mailstore-deliver";
    public const string Package = "the Debian package, and a Debian to install it in";

    public FactIfAttribute(params string[] needs)
    {
        foreach (var need in needs)
            Skip ??= Lack(need);
    }

    private static string? Lack(string need) => need switch
    {
        RealMails => RepositoryRoot.RealMails is null ? "the real mails (../shared/mail) are not here" : null,
        Root => Environment.UserName == "root" ? null : "only root may do what this test does",
        Postgres => PostgresServer.Programs is null ? "PostgreSQL is not installed (/usr/lib/postgresql); tests/run installs it" : null,
        Ceph => CephRgw.Missing is { } program ? $"'{program}' is not installed; tests/run installs it" : null,
        NativeDeliver => File.Exists(MailStoreProgram.NativeDeliver) ? null : "mailstore-deliver is not built; tests/run builds it",
        Package => Packaging.PackagesFixture.Lack(),
        _ => Tools.Find(need) is null ? $"'{need}' is not installed; tests/run installs it" : null,
    };
}
