using System.Text;
using CsCheck;
using MailStore.Host.Configuration;
using MailStore.Sdk;
using MailStore.Tests;

namespace MailStore.Host.Tests.Lmtp;

/// <summary>BDAT and BINARYMIME: RFC 3030, with the replies of RFC 2033.</summary>
public sealed class ChunkingTests
{
    private const string Begin = "MAIL FROM:<s@example.net>\r\nRCPT TO:<a>\r\nRCPT TO:<b>\r\n";

    [Fact]
    public async Task Each_chunk_has_a_reply_and_the_last_one_has_one_for_each_recipient()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await BeginAsync(server);
        Assert.Equal("250 2.0.0 OK", await CommandAsync(client, "BDAT 4\r\nab\r\n"));
        Assert.Equal("250 2.0.0 OK", await CommandAsync(client, "BDAT 0\r\n"));
        Assert.Equal("250 2.0.0 OK", await CommandAsync(client, "BDAT 3\r\n.\r\n"));
        Assert.Equal("250 2.0.0 stored for a", await CommandAsync(client, "BDAT 6 LAST\r\nQUIT\r\n"));
        Assert.Equal("250 2.0.0 stored for b", await client.ReadLineAsync());
        var mail = Assert.Single(server.Delivery.Mails);
        Assert.Equal(("ab\n.\nQUIT\n", false), (mail.Text, mail.IsBinary));
        await AssertOpenAsync(client, server);
    }

    [Fact]
    public async Task However_a_mail_is_cut_into_chunks_and_the_chunks_into_pieces_the_same_mail_arrives()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();
        await Gen.Select(Gen.OneOfConst("\r\n", "\r", "\n", ".", "xy", "\r\nQUIT\r\n", "\r\n.\r\n").Array[0, 30].Select(string.Concat), Gen.Int[1, 9].Array[1, 20], Gen.Int[1, 50])
            .SampleAsync(
                async (text, sizes, piece) =>
                {
                    var wire = new StringBuilder("MAIL FROM:<>\r\nRCPT TO:<a>\r\n");
                    var chunks = 0;
                    for (var at = 0; at < text.Length; chunks++)
                    {
                        var size = Math.Min(sizes[chunks % sizes.Length], text.Length - at);
                        wire.Append(null, $"BDAT {size}\r\n").Append(text, at, size);
                        at += size;
                    }

                    wire.Append("BDAT 0 LAST\r\n");
                    var bytes = Encoding.Latin1.GetBytes(wire.ToString());
                    for (var at = 0; at < bytes.Length; at += piece)
                        await client.SendAsync(bytes.AsMemory(at, Math.Min(piece, bytes.Length - at)));
                    for (var i = 0; i < chunks + 3; i++)
                        Assert.StartsWith("250 2.", await client.ReadLineAsync(), StringComparison.Ordinal);
                    Assert.Equal(text.Replace("\r\n", "\n", StringComparison.Ordinal), server.Delivery.Mails.Last().Text);
                },
                iter: 100, threads: 1);
    }

    [Fact]
    public async Task A_binary_mail_arrives_to_the_byte()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();
        var bytes = new byte[100_000];
        new Random(4711).NextBytes(bytes);
        "a\r\nb\nc\r"u8.CopyTo(bytes);
        Assert.StartsWith("250", await CommandAsync(client, "MAIL FROM:<> BODY=BINARYMIME\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("250", await CommandAsync(client, "RCPT TO:<a>\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("503 5.5.1", await CommandAsync(client, "DATA\r\n"), StringComparison.Ordinal);
        await client.SendAsync("BDAT 7\r\n");
        await client.SendAsync(bytes.AsMemory(0, 7));
        Assert.StartsWith("250", await client.ReadLineAsync(), StringComparison.Ordinal);
        await client.SendAsync($"BDAT {bytes.Length - 7} LAST\r\n");
        await client.SendAsync(bytes.AsMemory(7));
        Assert.Equal("250 2.0.0 stored for a", await client.ReadLineAsync());
        var mail = Assert.Single(server.Delivery.Mails);
        Assert.True(mail.IsBinary);
        Assert.Equal(bytes, mail.Content);
    }

    [Theory]
    [InlineData("BDAT")]
    [InlineData("BDAT x")]
    [InlineData("BDAT 5 FIRST")]
    public async Task A_chunk_whose_size_is_not_understood_ends_the_session_before_its_content_is_taken_for_commands(string command)
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await BeginAsync(server);
        await client.SendAsync($"{command}\r\nRCPT TO:<evil>\r\nDATA\r\nx\r\n.\r\n" + new string('x', 300_000));
        Assert.StartsWith("501 5.5.4", await client.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Null(await client.ReadLineAsync());
        Assert.Empty(server.Delivery.Mails);
    }

    [Theory]
    [InlineData("", "503 5.5.1 say MAIL")]
    [InlineData("MAIL FROM:<>\r\n", "503 5.5.1 no recipient")]
    [InlineData("MAIL FROM:<>\r\nRCPT TO:<nobody@example.org>\r\n", "503 5.5.1 no recipient")]
    public async Task A_chunk_that_nobody_waits_for_is_read_and_refused(string before, string refusal)
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await server.ConnectAsync();
        await client.SendAsync(before + "BDAT 6\r\nQUIT\r\nBDAT 6 LAST\r\nQUIT\r\n");
        foreach (var _ in before.Split('\n').SkipLast(1))
            await client.ReadLineAsync();
        Assert.StartsWith(refusal, await client.ReadLineAsync(), StringComparison.Ordinal);
        Assert.StartsWith(refusal, await client.ReadLineAsync(), StringComparison.Ordinal);
        await AssertOpenAsync(client, server);
    }

    [Fact]
    public async Task After_the_first_chunk_only_chunks_may_come()
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await BeginAsync(server);
        Assert.StartsWith("250", await CommandAsync(client, "BDAT 2\r\nab"), StringComparison.Ordinal);
        foreach (var command in new[] { "DATA\r\n", "RCPT TO:<c>\r\n", "MAIL FROM:<>\r\n" })
            Assert.StartsWith("503 5.5.1", await CommandAsync(client, command), StringComparison.Ordinal);
        Assert.StartsWith("250", await CommandAsync(client, "NOOP\r\n"), StringComparison.Ordinal);
        Assert.Equal("250 2.0.0 stored for a", await CommandAsync(client, "BDAT 2 LAST\r\ncd"));
        Assert.Equal("abcd", Assert.Single(server.Delivery.Mails).Text);
    }

    [Theory]
    [InlineData("RSET\r\n", 1)]
    [InlineData("LHLO again\r\n", 9)]
    public async Task What_ends_the_transaction_drops_its_chunks(string command, int lines)
    {
        await using var server = await TestServer.StartAsync();
        await using var client = await BeginAsync(server);
        Assert.StartsWith("250", await CommandAsync(client, "BDAT 2\r\nab"), StringComparison.Ordinal);
        await client.SendAsync(command);
        for (var i = 0; i < lines; i++)
            Assert.StartsWith("250", await client.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Equal(0, server.Delivery.BuffersInUse);
        Assert.StartsWith("503", await CommandAsync(client, "BDAT 0 LAST\r\n"), StringComparison.Ordinal);
        Assert.Empty(server.Delivery.Mails);
    }

    [Fact]
    public async Task A_mail_whose_chunks_are_too_large_together_is_refused_for_each_recipient()
    {
        var options = new LmtpOptions { Listen = ["127.0.0.1:0"], MaxMessageSize = new ByteSize(10) };
        await using var server = await TestServer.StartAsync(options: options);
        await using var client = await BeginAsync(server);
        Assert.StartsWith("250", await CommandAsync(client, "BDAT 8\r\n12345678"), StringComparison.Ordinal);
        Assert.StartsWith("552 5.3.4", await CommandAsync(client, "BDAT 8\r\nQUIT\r\n78"), StringComparison.Ordinal);
        Assert.Equal(0, server.Delivery.BuffersInUse);
        Assert.StartsWith("552 5.3.4", await CommandAsync(client, "BDAT 1 LAST\r\nx"), StringComparison.Ordinal);
        Assert.StartsWith("552 5.3.4", await client.ReadLineAsync(), StringComparison.Ordinal);
        Assert.Empty(server.Delivery.Mails);
        await AssertOpenAsync(client, server);
    }

    [Fact]
    public async Task A_client_that_leaves_between_two_chunks_has_nothing_delivered()
    {
        await using var server = await TestServer.StartAsync();
        await using (var client = await BeginAsync(server))
            Assert.StartsWith("250", await CommandAsync(client, "BDAT 2\r\nab"), StringComparison.Ordinal);
        await Eventually.IsTrueAsync(() => server.Delivery.BuffersInUse == 0, "the chunks are given back");
        Assert.Empty(server.Delivery.Mails);
    }

    private static async Task<LmtpClient> BeginAsync(TestServer server)
    {
        var client = await server.ConnectAsync();
        await client.SendAsync(Begin);
        for (var i = 0; i < 3; i++)
            Assert.StartsWith("250", await client.ReadLineAsync(), StringComparison.Ordinal);
        return client;
    }

    private static async Task<string?> CommandAsync(LmtpClient client, string text)
    {
        await client.SendAsync(text);
        return await client.ReadLineAsync();
    }

    private static async Task AssertOpenAsync(LmtpClient client, TestServer server)
    {
        await Eventually.IsTrueAsync(() => server.Delivery.BuffersInUse == 0, "buffers are given back");
        Assert.Equal("250 2.0.0 OK", await CommandAsync(client, "RSET\r\n"));
        Assert.StartsWith("250", await CommandAsync(client, "MAIL FROM:<>\r\n"), StringComparison.Ordinal);
    }
}
