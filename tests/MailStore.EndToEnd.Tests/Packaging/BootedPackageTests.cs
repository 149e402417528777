using System.Globalization;

namespace MailStore.EndToEnd.Tests.Packaging;

/// <summary>The package where systemd runs, with all that the units take away from the server.</summary>
[Collection(PackagingCollection.Name)]
public sealed class BootedPackageTests(PackagesFixture packages)
{
    private const string Install = "apt-get -q install -y --no-install-recommends -o Dpkg::Options::=--force-confold";
    private const string Mail = "Subject: packed\n\nthe mail of the package's test\n";

    [FactIf(FactIfAttribute.Package)]
    public async Task The_hardened_unit_serves_reloads_restarts_and_is_upgraded()
    {
        await using var debian = await BootAsync();
        await debian.ShellAsync($"{Install} /root/mailstore.deb");
        Assert.Equal("active\nactive", await debian.ShellAsync("systemctl is-active mailstore.service mailstore.socket"));
        Assert.Equal("enabled\nenabled", await debian.ShellAsync("systemctl is-enabled mailstore.service mailstore.socket"));
        // it does what it does without a right
        var status = await debian.ShellAsync("cat /proc/$(systemctl show -p MainPID --value mailstore)/status");
        Assert.Matches(@"CapEff:\s+0000000000000000\n", status);
        Assert.Matches(@"Seccomp:\s+2\n", status);

        await debian.ShellAsync("mailstore user add alice@example.org");
        await DeliverAsync(debian, "alice");
        Assert.Equal(1, await CountMailsAsync(debian));
        await debian.ShellAsync("mailstore health");

        var pid = await MainProcessAsync(debian);
        await debian.ShellAsync("systemctl reload mailstore");
        await WaitForLogAsync(debian, "reloaded: ");
        Assert.Equal(pid, await MainProcessAsync(debian));

        await debian.ShellAsync("systemctl restart mailstore");
        Assert.NotEqual(pid, await MainProcessAsync(debian));
        await DeliverAsync(debian, "alice");

        // an upgrade restarts the server, and leaves its sockets open
        pid = await MainProcessAsync(debian);
        var sockets = await debian.ShellAsync("systemctl show -p ActiveEnterTimestampMonotonic --value mailstore.socket");
        await debian.ShellAsync($"{Install} /root/higher.deb");
        Assert.NotEqual(pid, await MainProcessAsync(debian));
        Assert.Equal(sockets, await debian.ShellAsync("systemctl show -p ActiveEnterTimestampMonotonic --value mailstore.socket"));
        await DeliverAsync(debian, "alice");
        Assert.Equal(3, await CountMailsAsync(debian));
        Assert.Equal("0", await debian.ShellAsync("systemctl show -p NRestarts --value mailstore"));

        await debian.ShellAsync("apt-get -q purge -y mailstore");
        Assert.Equal("", await debian.ShellAsync("systemctl list-units --plain --no-legend 'mailstore*'"));
        Assert.Equal(3, await CountMailsAsync(debian));
    }

    /// <summary>The drop-in says in its comments how it is set up; so it is done here.</summary>
    [FactIf(FactIfAttribute.Package)]
    public async Task With_the_drop_in_each_user_has_a_uid_of_his_own()
    {
        await using var debian = await BootAsync();
        await debian.ShellAsync($"{Install} /root/mailstore.deb");
        var dropIn = await debian.ShellAsync("cat /usr/share/doc/mailstore/examples/uid-per-user.conf");
        var commands = dropIn.Split('\n').Where(line => line.StartsWith("#   ", StringComparison.Ordinal)).Select(line => line[4..]).ToList();
        Assert.NotEmpty(commands);
        foreach (var command in commands)
            await debian.ShellAsync(command);
        await debian.ShellAsync("printf '\\n[mda.maildir]\\nfirst_uid = 20000\\nlast_uid = 29999\\n' >>/etc/mailstore/mailstore.toml");
        await debian.ShellAsync("systemctl start mailstore.service");

        await debian.ShellAsync("mailstore user add alice@example.org; mailstore user add bob@example.org");
        foreach (var user in new[] { "alice", "bob", "alice" })
            await DeliverAsync(debian, user);
        Assert.Equal(3, await CountMailsAsync(debian));
        Assert.Equal("20000\n20001", await debian.ShellAsync("find /var/lib/mailstore/mail -path '*/new/*' -printf '%U\\n' | sort -u"));
        // he reads it himself
        await debian.ShellAsync("setpriv --reuid 20000 --regid 20000 --clear-groups grep -rq 'the mail of the package' /var/lib/mailstore/mail/example.org/alice/new");
        // chown, dac_override, fowner
        Assert.Matches(@"CapEff:\s+000000000000000b\n", await debian.ShellAsync("cat /proc/$(systemctl show -p MainPID --value mailstore)/status"));
        // what happens at each boot and each upgrade takes nothing away from anybody
        await debian.ShellAsync($"systemd-tmpfiles --create mailstore.conf; {Install} /root/higher.deb");
        Assert.Equal("711 root:root", await debian.ShellAsync("stat -c '%a %U:%G' /var/lib/mailstore"));
        await DeliverAsync(debian, "bob");
        Assert.Equal("20000\n20001", await debian.ShellAsync("find /var/lib/mailstore/mail -path '*/new/*' -printf '%U\\n' | sort -u"));
    }

    private async Task<DebianRoot> BootAsync()
    {
        var debian = await packages.UnpackAsync();
        await debian.StartAsync("sleep", "infinity");
        await debian.ShellAsync($"{Install} systemd");
        await debian.StopAsync();
        await debian.StartAsync("/lib/systemd/systemd", "--log-target=null");
        await DebianRoot.UntilAsync(
            async () => (await debian.RunAsync("systemctl", "is-system-running")).Output.Trim() is "running" or "degraded", "systemd did not come up");
        return debian;
    }

    private static async Task DeliverAsync(DebianRoot debian, string user) => (await debian.RunAsync(
        Mail, ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups", "mailstore-deliver", "-f", "sender@example.net", "--", $"{user}@example.org"])).Succeeded();

    private static Task<string> MainProcessAsync(DebianRoot debian) => debian.ShellAsync("systemctl show -p MainPID --value mailstore");

    private static Task WaitForLogAsync(DebianRoot debian, string text) => DebianRoot.UntilAsync(
        async () => (await debian.ShellAsync("journalctl -u mailstore --no-pager")).Contains(text, StringComparison.Ordinal), $"'{text}' never came in the log");

    private static async Task<int> CountMailsAsync(DebianRoot debian) =>
        int.Parse(await debian.ShellAsync("grep -rl 'the mail of the package' /var/lib/mailstore/mail | wc -l"), CultureInfo.InvariantCulture);
}
