using System.Text;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests;

/// <summary>Mails whose reply was lost, and which the MTA therefore sends again.</summary>
public sealed class RepeatTests
{
    private const string Alice = "alice@example.org";

    [Fact]
    public async Task A_mail_whose_reply_was_lost_is_stored_once_also_across_a_kill_and_a_stop()
    {
        using var place = new TestPlace();
        await place.AddUsersAsync([Alice]);
        await using (var server = await ServerProcess.StartAsync(place))
        {
            await SendAndLeaveAsync(server, "QUEUE1");
            await server.WaitForLogAsync(" stored by ");
            Assert.Equal(250, await SendAsync(server, "QUEUE1"));
            Assert.Single(StoredMaildir.Files(place.MaildirOf(Alice)));
            await SendAndLeaveAsync(server, "QUEUE2");
            // the name is there before it is synced and noted; this is told after that
            await WaitForStoredAsync(server, 2);
            await server.KillAsync();
        }

        await using (var server = await ServerProcess.StartAsync(place))
        {
            Assert.Equal(250, await SendAsync(server, "QUEUE1"));
            Assert.Equal(250, await SendAsync(server, "QUEUE2"));
            Assert.Equal(2, StoredMaildir.Files(place.MaildirOf(Alice)).Count);
            await server.WaitForLogAsync("QUEUE2");
            Assert.Equal(0, await server.StopAsync());
        }

        await using (var server = await ServerProcess.StartAsync(place))
        {
            Assert.Equal(250, await SendAsync(server, "QUEUE2"));
            Assert.Equal(2, StoredMaildir.Files(place.MaildirOf(Alice)).Count);
            Assert.Equal(250, await SendAsync(server, "QUEUE3"));
            Assert.Equal(3, StoredMaildir.Files(place.MaildirOf(Alice)).Count);
        }
    }

    [Fact]
    public async Task Who_was_removed_with_his_mail_and_added_again_gets_the_repeat()
    {
        using var place = new TestPlace();
        await place.AddUsersAsync([Alice]);
        await using var server = await ServerProcess.StartAsync(place);
        Assert.Equal(250, await SendAsync(server, "QUEUE1"));
        (await place.RunAsync("user", "remove", Alice, "--purge")).Succeeded();
        (await place.RunAsync("user", "add", Alice)).Succeeded();
        Assert.Equal(250, await SendAsync(server, "QUEUE1"));
        Assert.Single((await place.RunAsync("mail", "list", Alice, "--json")).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task A_delivery_that_was_given_up_and_stored_while_the_server_stops_is_not_stored_by_the_next_one()
    {
        using var place = new TestPlace();
        place.Configure(
            "mda = \"misbehaving\"\n[modules]\ncall_timeout = \"2s\"\n[mda.misbehaving]\ncall = \"deliver\"\nbehaviour = \"late\"\nnth = 1\nstop_delay = \"1s\"\n",
            place.OwnModules("Misbehaving"));
        await place.AddUsersAsync([Alice]);
        await using (var server = await ServerProcess.StartAsync(place))
        {
            Assert.Equal(451, await SendAsync(server, "QUEUE1"));
            Assert.Equal(0, await server.StopAsync());
            Assert.Contains("stored by misbehaving after all", server.Log, StringComparison.Ordinal);
        }

        await using (var server = await ServerProcess.StartAsync(place))
        {
            Assert.Equal(250, await SendAsync(server, "QUEUE1"));
            await server.WaitForLogAsync("the MTA sent QUEUE1 once more, which was stored before");
        }
    }

    private static byte[] Mail(string queueId) => Encoding.ASCII.GetBytes(
        $"Received: from client (client [192.0.2.7])\r\n\tby mx.example.org (Postfix) with ESMTP id {queueId}\r\n\tfor <{Alice}>; Tue, 24 Nov 2026 03:00:00 +0000 (UTC)\r\nSubject: x\r\n\r\nhello\r\n");

    private static async Task<int> SendAsync(ServerProcess server, string queueId)
    {
        await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
        return Assert.Single(await client.SendMailAsync("bob@example.org", [Alice], Mail(queueId))).Code;
    }

    private static async Task SendAndLeaveAsync(ServerProcess server, string queueId)
    {
        await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
        foreach (var command in (string[])["MAIL FROM:<bob@example.org>", $"RCPT TO:<{Alice}>", "DATA"])
            Assert.InRange((await client.CommandAsync(command)).Code, 200, 399);
        await client.SendAsync((byte[])[.. Mail(queueId), .. ".\r\n"u8]);
    }

    private static async Task WaitForStoredAsync(ServerProcess server, int count)
    {
        for (var until = DateTime.UtcNow.AddMinutes(1); server.Log.Split(" stored by ").Length <= count; await Task.Delay(20))
            Assert.True(DateTime.UtcNow < until, $"the mail was never stored: {server.Log}");
    }
}
