using System.Diagnostics;
using Xunit.Abstractions;

namespace MailStore.EndToEnd.Tests.Packaging;

/// <summary>The package in a Debian without systemd, from its installation to its purge.</summary>
[Collection(PackagingCollection.Name)]
public sealed class PackageTests(PackagesFixture packages, ITestOutputHelper output)
{
    private const string Configuration = "/etc/mailstore/mailstore.toml";
    private const string Mail = "Subject: packed\n\nthe mail of the package's test\n";

    /// <summary>As an unattended upgrade: what the administrator changed stays.</summary>
    private const string Install = "apt-get -q install -y --no-install-recommends -o Dpkg::Options::=--force-confold";

    [FactIf(FactIfAttribute.Package)]
    public async Task Installed_run_upgraded_removed_and_purged_it_keeps_each_mail_and_the_configuration()
    {
        await using var debian = await packages.UnpackAsync();
        await debian.StartAsync("sleep", "infinity");

        var watch = Stopwatch.StartNew();
        output.WriteLine(await debian.ShellAsync($"{Install} /root/mailstore.deb"));
        Assert.Equal("700 mailstore:mailstore", await debian.ShellAsync("stat -c '%a %U:%G' /var/lib/mailstore"));
        Assert.Contains("/usr/sbin/nologin", await debian.ShellAsync("getent passwd mailstore"), StringComparison.Ordinal);
        Assert.Contains("has no mistakes", await debian.ShellAsync("mailstore config check"), StringComparison.Ordinal);
        Assert.Equal("", await debian.ShellAsync("dpkg --verify mailstore"));

        // as it was installed
        await using (var server = await ServeAsync(debian))
        {
            await AsServiceUserAsync(debian, "mailstore user add alice@example.org");
            await DeliverAsync(debian);
            await debian.ShellAsync($"printf '\\n[domain.\"example.org\"]\\nquota = \"1G\"\\n' >>{Configuration}");
            await debian.ShellAsync("kill -TERM $(cat /run/mailstore.pid)");
            Assert.Equal(0, await server.ExitAsync());
        }

        output.WriteLine(await debian.ShellAsync($"{Install} /root/higher.deb"));
        Assert.Equal(PackagesFixture.Higher, await debian.ShellAsync("dpkg-query -W -f '${Version}' mailstore"));
        Assert.Contains("quota = \"1G\"", await debian.ShellAsync($"cat {Configuration}"), StringComparison.Ordinal);
        Assert.Contains("changed by the maker", await debian.ShellAsync($"cat {Configuration}.dpkg-dist"), StringComparison.Ordinal);
        await using (var server = await ServeAsync(debian))
        {
            await DeliverAsync(debian);
            Assert.Equal(2, await CountMailsAsync(debian));
            Assert.Contains("quota", await AsServiceUserAsync(debian, "mailstore user test alice@example.org"), StringComparison.Ordinal);
            await debian.ShellAsync("kill -TERM $(cat /run/mailstore.pid)");
            Assert.Equal(0, await server.ExitAsync());
        }

        output.WriteLine(await debian.ShellAsync("apt-get -q remove -y mailstore"));
        Assert.Equal("gone", await debian.ShellAsync("test -e /usr/bin/mailstore || test -e /usr/lib/mailstore || echo gone"));
        Assert.Equal("there", await debian.ShellAsync($"test -e {Configuration} && echo there"));
        Assert.Equal(2, await CountMailsAsync(debian));

        var purge = await debian.ShellAsync("apt-get -q purge -y mailstore");
        Assert.Contains("mail and user records stay in /var/lib/mailstore", purge, StringComparison.Ordinal);
        Assert.Equal("gone", await debian.ShellAsync("test -e /etc/mailstore || echo gone"));
        Assert.Equal(2, await CountMailsAsync(debian));
        Assert.Equal("700 mailstore:mailstore", await debian.ShellAsync("stat -c '%a %U:%G' /var/lib/mailstore"));
        output.WriteLine($"{watch.Elapsed.TotalSeconds:0} s");
    }

    [FactIf(FactIfAttribute.Package)]
    public async Task Purged_without_a_mail_it_leaves_nothing_behind()
    {
        await using var debian = await packages.UnpackAsync();
        await debian.StartAsync("sleep", "infinity");
        await debian.ShellAsync($"{Install} /root/mailstore.deb");
        var purge = await debian.ShellAsync("apt-get -q purge -y mailstore");
        Assert.DoesNotContain("stay", purge, StringComparison.Ordinal);
        Assert.Equal("", await debian.ShellAsync("find / -xdev -name '*mailstore*' -not -path '/root/*' -not -path '/proc/*' -not -path '/var/log/*'"));
    }

    [FactIf(FactIfAttribute.Package)]
    public async Task Its_man_pages_tell_each_command()
    {
        await using var debian = await packages.UnpackAsync();
        await debian.StartAsync("sleep", "infinity");
        await debian.ShellAsync("dpkg-deb -x /root/mailstore.deb /root/content");
        var server = await debian.ShellAsync("zcat /root/content/usr/share/man/man8/mailstore.8.gz");
        foreach (var title in new[] { ".SH NAME", ".SH SYNOPSIS", ".SH DESCRIPTION", ".SH OPTIONS", ".SH COMMANDS", ".SS mailstore serve", ".SS mailstore user import", ".SS mailstore module verify" })
            Assert.Contains($"\n{title}\n", server, StringComparison.Ordinal);
        Assert.Contains("\\-\\-log\\-format", server, StringComparison.Ordinal);
        var deliver = await debian.ShellAsync("zcat /root/content/usr/share/man/man1/mailstore-deliver.1.gz");
        foreach (var text in new[] { "mailstore-deliver \\- hands one mail", "\\-\\-sender SENDER", "67 no such user" })
            Assert.Contains(text, deliver, StringComparison.Ordinal);
    }

    /// <summary>As the service user, in the way of a supervisor that is not systemd.</summary>
    private static Task<ServerProcess> ServeAsync(DebianRoot debian) => ServerProcess.StartAsync(debian.StartInfo(
        "sh", "-c", "echo $$ >/run/mailstore.pid; cd /; exec setpriv --reuid mailstore --regid mailstore --init-groups mailstore serve"));

    private static Task<string> AsServiceUserAsync(DebianRoot debian, string command) =>
        debian.ShellAsync($"cd / && setpriv --reuid mailstore --regid mailstore --init-groups {command}");

    /// <summary>As an MTA does: as another user, by the command of the package.</summary>
    private static async Task DeliverAsync(DebianRoot debian) => (await debian.RunAsync(
        Mail, ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "mailstore-deliver", "-f", "sender@example.net", "--", "alice@example.org"])).Succeeded();

    private static async Task<int> CountMailsAsync(DebianRoot debian) =>
        int.Parse(await debian.ShellAsync("grep -rl 'the mail of the package' /var/lib/mailstore/mail | wc -l"), System.Globalization.CultureInfo.InvariantCulture);
}
