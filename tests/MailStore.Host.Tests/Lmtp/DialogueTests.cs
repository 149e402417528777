using System.Text;
using MailStore.Host.Configuration;
using MailStore.Sdk;
using MailStore.Tests;

namespace MailStore.Host.Tests.Lmtp;

/// <summary>The dialogues of <c>tests/fixtures/lmtp</c>, each held in every way in which the network may cut it.</summary>
public sealed class DialogueTests
{
    public static TheoryData<string> Files =>
        new(Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "fixtures", "lmtp"), "*.txt").Select(path => Path.GetFileNameWithoutExtension(path)).Order());

    [Theory]
    [MemberData(nameof(Files))]
    public Task A_client_that_waits_for_each_reply_is_served(string file) => HoldAsync(file, async (client, dialogue) =>
    {
        foreach (var (isClient, text) in dialogue.Steps)
        {
            if (isClient)
                await client.SendAsync(Encoding.Latin1.GetBytes(text));
            else
                await ExpectAsync(client, text);
        }
    });

    [Theory]
    [MemberData(nameof(Files))]
    public Task A_client_that_sends_all_at_once_gets_the_same_replies(string file) => HoldAsync(file, async (client, dialogue) =>
    {
        await client.SendAsync(Wire(dialogue));
        await ExpectAllAsync(client, dialogue);
    });

    [Theory]
    [MemberData(nameof(Files))]
    public Task A_client_that_sends_byte_by_byte_gets_the_same_replies(string file) => HoldAsync(file, async (client, dialogue) =>
    {
        var wire = Wire(dialogue);
        var sending = Task.Run(async () =>
        {
            for (var i = 0; i < wire.Length; i++)
            {
                await client.SendAsync(wire.AsMemory(i, 1));
                // let the server see the piece alone, at least now and then
                if (i % 16 == 0)
                    await Task.Yield();
            }
        });
        await ExpectAllAsync(client, dialogue);
        await sending;
    });

    private static async Task HoldAsync(string file, Func<LmtpClient, Dialogue, Task> hold)
    {
        var dialogue = Dialogue.Parse(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "fixtures", "lmtp", file + ".txt")));
        var options = new LmtpOptions { Listen = ["127.0.0.1:0"], Hostname = "mail.example.org", MaxMessageSize = new ByteSize(10_000) };
        await using var server = await TestServer.StartAsync(options: options);
        await using (var client = await LmtpClient.ConnectRawAsync(server.EndPoint))
        {
            await hold(client, dialogue);
            Assert.Null(await client.ReadLineAsync());
        }

        Assert.Equal(dialogue.Mails, server.Delivery.Mails.Select(Describe));
        await Eventually.IsTrueAsync(() => server.Delivery.BuffersInUse == 0, "all buffers are given back");
    }

    private static byte[] Wire(Dialogue dialogue) =>
        Encoding.Latin1.GetBytes(string.Concat(dialogue.Steps.Where(step => step.IsClient).Select(step => step.Text)));

    private static string Describe(DeliveredMail mail)
    {
        Assert.Equal("127.0.0.1", mail.Envelope.ClientAddress);
        Assert.Equal("client.example", mail.Envelope.ClientName);
        return $"{mail.Envelope.Sender} -> {string.Join(", ", mail.Recipients)} ({mail.Envelope.Protocol})\n{mail.Text}";
    }

    private static async Task ExpectAllAsync(LmtpClient client, Dialogue dialogue)
    {
        foreach (var (_, text) in dialogue.Steps.Where(step => !step.IsClient))
            await ExpectAsync(client, text);
    }

    private static async Task ExpectAsync(LmtpClient client, string expected)
    {
        var line = await client.ReadLineAsync();
        if (expected.EndsWith('…'))
            Assert.StartsWith(expected[..^1], line, StringComparison.Ordinal);
        else
            Assert.Equal(expected, line);
    }
}
