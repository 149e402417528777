using System.Text;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.Faults;

/// <summary>Clocks that jump by hours, and containers whose process ids and names are always the same.</summary>
public sealed class ClockTests
{
    private const int Hour = 3600;

    [TheoryIf("gcc")]
    [InlineData("mda = \"maildir\"\ncreator = \"trial\"\n")]
    [InlineData("mda = \"litedb\"\ncreator = \"lock\"\n")]
    public async Task A_clock_that_jumps_stops_no_mail_and_uses_no_name_twice(string configuration)
    {
        using var place = new TestPlace(configuration);
        await place.AddUsersAsync(Enumerable.Range(0, 8).Select(UserName));
        using var shim = new FaultShim(place.Directory, place.DataDirectory + "/");
        await using var server = await ServerProcess.StartAsync(await shim.UnderAsync(MailStoreProgram.StartInfo(place.Directory, ["serve"])));
        await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
        var jumps = (int[])[0, 5 * Hour, -5 * Hour, 48 * Hour, -48 * Hour, 24 * 365 * 12 * Hour, 0, -1];
        for (var i = 0; i < jumps.Length; i++)
        {
            shim.Set($"clock {jumps[i]}");
            // the first mail of one user, and later ones of all before him
            for (var user = 0; user <= i; user++)
                Assert.Equal(250, Assert.Single(await client.SendMailAsync("", [UserName(user)], Mail($"{i}-{user}"))).Code);
        }

        for (var user = 0; user < jumps.Length; user++)
        {
            var listed = (await place.RunAsync("mail", "list", UserName(user), "--json")).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(jumps.Length - user, listed.Length);
            Assert.Equal(listed.Length, listed.Select(line => line[line.IndexOf("\"id\"", StringComparison.Ordinal)..]).Distinct().Count());
        }

        Assert.Equal(0, await server.StopAsync());
    }

    [TheoryIf("gcc")]
    [InlineData(5 * Hour)]
    [InlineData(-5 * Hour)]
    public async Task A_repeat_is_known_after_a_jump_back_and_forgotten_after_one_beyond_the_window(int jump)
    {
        const string Alice = "alice@example.org";
        using var place = new TestPlace();
        await place.AddUsersAsync([Alice]);
        using var shim = new FaultShim(place.Directory, place.DataDirectory + "/");
        await using var server = await ServerProcess.StartAsync(await shim.UnderAsync(MailStoreProgram.StartInfo(place.Directory, ["serve"])));
        await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
        Assert.Equal(250, Assert.Single(await client.SendMailAsync("", [Alice], Mail("1", "QUEUE1"))).Code);
        Assert.Equal(250, Assert.Single(await client.SendMailAsync("", [Alice], Mail("1", "QUEUE1"))).Code);
        Assert.Single(StoredMaildir.Files(place.MaildirOf(Alice)));
        shim.Set($"clock {jump}");
        Assert.Equal(250, Assert.Single(await client.SendMailAsync("", [Alice], Mail("1", "QUEUE1"))).Code);
        // of another mail that has the id of the queue file by now, nothing is held back
        Assert.Equal(250, Assert.Single(await client.SendMailAsync("", [Alice], Mail("2", "QUEUE1"))).Code);
        Assert.Equal(jump > 0 ? 3 : 2, StoredMaildir.Files(place.MaildirOf(Alice)).Count);
    }

    /// <summary>Process 1 on a host called 'box', at the same second, again and again: all that tells two runs apart is chance.</summary>
    [FactIf("gcc", "unshare", FactIfAttribute.Root)]
    public async Task A_container_that_starts_anew_with_the_same_pid_name_and_time_uses_no_name_twice()
    {
        const int Mails = 20;
        using var place = new TestPlace();
        await place.AddUsersAsync([UserName(0)]);
        using var shim = new FaultShim(place.Directory, place.DataDirectory + "/");
        var began = DateTimeOffset.UtcNow;
        for (var run = 0; run < 3; run++)
        {
            shim.Set($"clock {(long)(began - DateTimeOffset.UtcNow).TotalSeconds}");
            var info = await shim.UnderAsync(MailStoreProgram.StartInfo(
                Tools.Find("unshare")!, place.Directory,
                ["--pid", "--uts", "--fork", "--kill-child", "--mount-proc", "sh", "-c", $"hostname box; exec {MailStoreProgram.Path} serve"]));
            await using var server = await ServerProcess.StartAsync(info);
            await using (var client = await LmtpClient.ConnectAsync(server.EndPoint))
            {
                for (var i = 0; i < Mails; i++)
                    Assert.Equal(250, Assert.Single(await client.SendMailAsync("", [UserName(0)], Mail($"{run}-{i}"))).Code);
            }

            // killed, so that what it leaves is there for the next one, whose pid is the same
            await server.KillAsync();
        }

        var files = StoredMaildir.Files(place.MaildirOf(UserName(0)));
        Assert.Equal(3 * Mails, files.Count);
        Assert.All(files, file => Assert.Contains("P1Q", file, StringComparison.Ordinal));
        Assert.All(files, file => Assert.Contains(".box,", file, StringComparison.Ordinal));
        var subjects = files.Select(file => File.ReadLines(file).First(line => line.StartsWith("Subject: ", StringComparison.Ordinal))).ToList();
        Assert.Equal(3 * Mails, subjects.Distinct().Count());
        await using var last = await ServerProcess.StartAsync(place);
        Assert.Equal(0, await last.StopAsync());
    }

    private static string UserName(int i) => $"user{i}@example.org";

    private static byte[] Mail(string subject, string? queueId = null)
    {
        var received = queueId is null ? "" : $"Received: from client (client [192.0.2.7])\r\n\tby mx.example.org (Postfix) with ESMTP id {queueId}\r\n\tfor <alice@example.org>; Tue, 24 Nov 2026 03:00:00 +0000 (UTC)\r\n";
        return Encoding.ASCII.GetBytes($"{received}Subject: {subject}\r\n\r\nhello\r\n");
    }
}
