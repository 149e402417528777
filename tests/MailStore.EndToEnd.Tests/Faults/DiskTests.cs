using System.Text;
using MailStore.Host.Admin;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.Faults;

/// <summary>Real file systems that are full, or become read-only, under a running server.</summary>
public sealed class DiskTests
{
    private const string Alice = "alice@example.org";
    private const int Block = 4096;

    [TheoryIf("mkfs.ext4", "mount", FactIfAttribute.Root)]
    [InlineData("mda = \"maildir\"\n")]
    [InlineData("mda = \"litedb\"\n")]
    public async Task A_disk_that_fills_up_at_any_write_costs_no_mail(string configuration)
    {
        using var place = new TestPlace(configuration);
        await using var disk = await SmallDisk.MountAsync(place.Directory, megabytes: 12);
        // all of the server's data is on it: users, mails, spool, repeats
        Directory.CreateSymbolicLink(place.DataDirectory, Directory.CreateDirectory(Path.Combine(disk.Directory, "data")).FullName);
        const int Rounds = 12;
        await place.AddUsersAsync(Enumerable.Range(0, Rounds).Select(i => $"new{i}@example.org").Append(Alice));
        await using var server = await ServerProcess.StartAsync(place);
        await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
        var acknowledged = new List<(string User, string Token)>();
        Assert.Equal(250, await SendAsync(Alice, "first"));
        for (var round = 0; round < Rounds; round++)
        {
            await disk.FillAsync();
            // some blocks are left, so that it is another write that finds none
            disk.Leave(round * Block);
            foreach (var user in (string[])[$"new{round}@example.org", Alice])
                Assert.True(await SendAsync(user, $"full-{round}") is 250 or 451 or 452, server.Log);
            disk.Empty();
            foreach (var user in (string[])[$"new{round}@example.org", Alice])
                Assert.Equal(250, await SendAsync(user, $"empty-{round}"));
        }

        using (var admin = new AdminClient(AdminServer.SocketPath(place.DataDirectory)))
        {
            foreach (var user in acknowledged.GroupBy(mail => mail.User))
                Assert.Equal(user.Select(mail => mail.Token).Order(), (await TokensAsync(admin, user.Key)).Order());
        }

        Assert.Equal(0, await server.StopAsync());

        async Task<int> SendAsync(string user, string token)
        {
            var text = $"Subject: {token}\r\n\r\n{string.Concat(Enumerable.Repeat(new string('x', 70) + "\r\n", 120))}end of {token}\r\n";
            var code = Assert.Single(await client.SendMailAsync("", [user], Encoding.ASCII.GetBytes(text))).Code;
            if (code == 250)
                acknowledged.Add((user, token));
            return code;
        }
    }

    [FactIf("mkfs.ext4", "mount", FactIfAttribute.Root)]
    public async Task A_disk_that_becomes_read_only_under_load_costs_no_mail_and_serves_again_when_it_is_writable()
    {
        using var place = new TestPlace();
        await using var disk = await SmallDisk.MountAsync(place.Directory, megabytes: 32);
        place.Configure($"[mda.maildir]\npath = \"{disk.Directory}/mail/{{domain}}/{{local}}\"\n", MailStoreProgram.ModulesDirectory);
        Directory.CreateDirectory(Path.Combine(disk.Directory, "mail"));
        const int Clients = 4;
        await place.AddUsersAsync(Enumerable.Range(0, Clients).Select(i => $"user{i}@example.org"));
        await using var server = await ServerProcess.StartAsync(place);
        var acknowledged = new List<string>[Clients];
        var refused = 0;
        using var stop = new CancellationTokenSource();
        var load = Task.WhenAll(Enumerable.Range(0, Clients).Select(async i =>
        {
            acknowledged[i] = [];
            await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
            for (var n = 0; !stop.IsCancellationRequested; n++)
            {
                var code = Assert.Single(await client.SendMailAsync("", [$"user{i}@example.org"], Encoding.ASCII.GetBytes($"Subject: {n}\r\n\r\nend of {n}\r\n"))).Code;
                if (code == 250)
                    acknowledged[i].Add($"{n}");
                else
                    Assert.InRange(code, 400, 499);
                if (code != 250 && Interlocked.Increment(ref refused) > 0)
                    await Task.Delay(5);
            }
        }));

        for (var round = 0; round < 3; round++)
        {
            var before = Volatile.Read(ref refused);
            await disk.RemountReadOnlyAsync();
            await UntilAsync(() => Volatile.Read(ref refused) > before + 10);
            var stored = acknowledged.Sum(user => user.Count);
            await disk.RemountWritableAsync();
            await UntilAsync(() => acknowledged.Sum(user => user.Count) > stored + 10);
        }

        await stop.CancelAsync();
        await load;
        using var admin = new AdminClient(AdminServer.SocketPath(place.DataDirectory));
        for (var i = 0; i < Clients; i++)
            Assert.Equal(acknowledged[i].Order(), (await TokensAsync(admin, $"user{i}@example.org")).Order());
        Assert.Equal(0, await server.StopAsync());
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        for (var until = DateTime.UtcNow.AddMinutes(1); !isSo(); await Task.Delay(20))
            Assert.True(DateTime.UtcNow < until, "it never came to be");
    }

    /// <summary>The mails of a user, each looked at whether it is whole.</summary>
    private static async Task<List<string>> TokensAsync(AdminClient admin, string user)
    {
        var tokens = new List<string>();
        await foreach (var mail in admin.ListMailAsync(user, CancellationToken.None))
        {
            using var content = new MemoryStream();
            await admin.CopyMailAsync(user, mail.Id, content, CancellationToken.None);
            var text = Encoding.ASCII.GetString(content.ToArray());
            var token = text.Split('\n').First(line => line.StartsWith("Subject: ", StringComparison.Ordinal))["Subject: ".Length..];
            Assert.EndsWith($"end of {token}\n", text, StringComparison.Ordinal);
            tokens.Add(token);
        }

        return tokens;
    }
}
