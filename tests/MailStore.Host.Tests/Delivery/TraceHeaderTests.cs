using System.Globalization;
using System.Text;
using CsCheck;
using MailStore.Host.Delivery;
using MailStore.Host.Tests.Configuration;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Delivery;

public sealed class TraceHeaderTests
{
    private static readonly DateTimeOffset Arrival = new(2026, 3, 1, 1, 2, 3, TimeSpan.FromHours(2));

    private static readonly MailEnvelope Envelope = new()
    {
        Sender = "bob@example.com", ClientName = "mx.example.org", ClientAddress = "127.0.0.1", Protocol = "LMTP",
    };

    /// <summary>Whatever a client may say, whole headers and other line ends among it.</summary>
    private static readonly Gen<string> Outside =
        Gen.OneOf(
            Gen.OneOfConst("\r\n", "\n", "\r", "\0", "\v", "\f", "\x1b[2J", "\x7f", "\x85", "\x9b", "\r\nSubject: forged\r\n\r\n", "\n ", "\n\t"),
            Gen.Char.Select(c => c.ToString()))
        .Array[0, 12].Select(string.Concat);

    [Fact]
    public void The_headers_stand_in_this_order_and_form() =>
        Assert.Equal(
            """
            Return-Path: <bob@example.com>
            Delivered-To: alice@example.org
            X-Original-To: Alice+Lists@Example.org
            Received: from mx.example.org (127.0.0.1)
            	by mail.example.org (MailStore) with LMTP
            	id 01jn7g5xmr0123456r1
            	for <Alice+Lists@Example.org>; Sat, 28 Feb 2026 23:02:03 +0000

            """,
            Build(Envelope));

    [Fact]
    public void The_null_sender_has_an_empty_path_and_a_client_without_a_name_is_unknown()
    {
        var header = Build(Envelope with { Sender = "", ClientName = "" });
        Assert.StartsWith("Return-Path: <>\n", header, StringComparison.Ordinal);
        Assert.Contains("Received: from unknown (127.0.0.1)\n", header, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_from_outside_ends_a_line() =>
        Gen.Select(Outside, Outside, Outside, Outside, Outside).Sample(
            (sender, client, hostname, user, recipient) =>
            {
                var bytes = TraceHeader.Build(Envelope with { Sender = sender, ClientName = client, ClientAddress = client }, hostname, RecipientOf(user, recipient), "id", Arrival);
                var text = Encoding.UTF8.GetString(bytes.Span);
                Assert.EndsWith("\n", text, StringComparison.Ordinal);
                var lines = text[..^1].Split('\n');
                string[] starts = ["Return-Path: <", "Delivered-To: ", "X-Original-To: ", "Received: from ", "\tby ", "\tid id", "\tfor <"];
                Assert.Equal(starts.Length, lines.Length);
                Assert.All(lines.Zip(starts), pair => Assert.StartsWith(pair.Second, pair.First, StringComparison.Ordinal));
                Assert.DoesNotContain(lines, line => line.TrimStart('\t').Any(char.IsControl));
            },
            iter: Long.Times(5_000));

    [Fact]
    public void Letters_of_all_the_world_stay_as_they_are()
    {
        var header = Build(Envelope with { Sender = "用户@例子.example" });
        Assert.StartsWith("Return-Path: <用户@例子.example>\n", header, StringComparison.Ordinal);
    }

    /// <summary>RFC 5322, 3.3; read back by a parser that is not ours.</summary>
    [Fact]
    public void The_date_is_one_of_rfc_5322() =>
        Gen.Select(Gen.Long[0, 7_000_000_000], Gen.Int[-12, 14]).Sample(
            (seconds, zone) =>
            {
                var arrival = DateTimeOffset.FromUnixTimeSeconds(seconds).ToOffset(TimeSpan.FromHours(zone));
                var text = Encoding.UTF8.GetString(TraceHeader.Build(Envelope, "h", RecipientOf("u", "u"), "id", arrival).Span);
                var date = text[(text.LastIndexOf("; ", StringComparison.Ordinal) + 2)..^1];
                Assert.Matches("^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-3][0-9] (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} \\+0000$", date);
                Assert.Equal(
                    arrival.ToUnixTimeSeconds(),
                    DateTimeOffset.ParseExact(date, "ddd, dd MMM yyyy HH:mm:ss zzz", CultureInfo.InvariantCulture).ToUnixTimeSeconds());
            },
            iter: Long.Times(1_000));

    [Fact]
    public void What_the_client_told_of_the_mails_way_stands_in_comments()
    {
        var told = Envelope with
        {
            Protocol = "LMTPS",
            EnvelopeId = "QQ+314 (x)",
            Forwarded = new ForwardedClient { Name = "gw.example.net", Address = "192.0.2.7", Port = "4711", Helo = "a\\b)", Protocol = "ESMTP", QueueId = "4XyZ", Source = "REMOTE" },
        };
        Assert.Contains(
            """
            Received: from mx.example.org (127.0.0.1)
            	(first from gw.example.net [192.0.2.7]:4711)
            	(first HELO a\\b\))
            	(first with ESMTP)
            	(queue id 4XyZ)
            	(envelope id QQ+314 \(x\))
            	by mail.example.org (MailStore) with LMTPS

            """,
            Build(told),
            StringComparison.Ordinal);
    }

    [Fact]
    public void The_original_recipient_of_DSN_has_a_header_of_its_own()
    {
        var recipient = RecipientOf("alice@example.org", "alice@example.org") with { OriginalByDsn = "rfc822;sales@example.net" };
        var header = Encoding.UTF8.GetString(TraceHeader.Build(Envelope, "h", recipient, "id", Arrival).Span);
        Assert.Contains("X-Original-To: alice@example.org\nOriginal-Recipient: rfc822;sales@example.net\nReceived: ", header, StringComparison.Ordinal);
    }

    private static Recipient RecipientOf(string user, string original) =>
        new() { Original = original, Detail = null, User = new UserRecord { Name = user } };

    private static string Build(MailEnvelope envelope) => Encoding.UTF8.GetString(
        TraceHeader.Build(envelope, "mail.example.org", RecipientOf("alice@example.org", "Alice+Lists@Example.org"), "01jn7g5xmr0123456r1", Arrival).Span);
}
