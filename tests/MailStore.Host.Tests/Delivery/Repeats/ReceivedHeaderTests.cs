using System.Text;
using CsCheck;
using MailStore.Host.Delivery.Repeats;

namespace MailStore.Host.Tests.Delivery.Repeats;

/// <summary>The queue id, as the MTAs write it.</summary>
public sealed class ReceivedHeaderTests
{
    [Theory]
    [InlineData("Received: from a (unknown [::1])\n\tby mx.example.org (Postfix) with ESMTP id 4XyZ12\n\tfor <alice@example.org>; Tue, 24 Nov 2026 03:00:00 +0000 (UTC)\n", "mx.example.org", "4XyZ12")]
    [InlineData("Received: by mx.example.org (Postfix, from userid 0)\n\tid 3C1B2D; Tue, 24 Nov 2026 03:00:00 +0000 (UTC)\n", "mx.example.org", "3C1B2D")]
    [InlineData("Received: from [192.0.2.1] (helo=by id)\n\tby mx.example.org with esmtp (Exim 4.96)\n\t(envelope-from <id@by.example>)\n\tid 1tF0aB-0001Cd-2e\n\tfor alice@example.org;\n\tTue, 24 Nov 2026 03:00:00 +0000\n", "mx.example.org", "1tF0aB-0001Cd-2e")]
    [InlineData("Received: from localhost (mx.example.org [local])\n\tby mx.example.org (OpenSMTPD) with ESMTPA id 6b3f21c0\n\tfor <alice@example.org>;\n\tTue, 24 Nov 2026 03:00:00 +0000 (UTC)\n", "mx.example.org", "6b3f21c0")]
    [InlineData("Return-Path: <>\r\nX: id 1\r\n by y\r\nRECEIVED: by a id b;\r\n", "a", "b")]
    [InlineData("Received:by(c (n) \\) id x)a id(c)b\n", "a", "b")]
    public void It_is_found_where_the_MTA_says_it(string headers, string mta, string id) =>
        Assert.Equal(new QueueId(mta, id), Find(headers + "Subject: x\n\nReceived: by body id body;\n"));

    [Theory]
    [InlineData("Subject: none\n")]
    [InlineData("Received: from a by b; Tue, 24 Nov 2026 03:00:00 +0000 id c\n")]
    [InlineData("Received: from a id c\n")]
    [InlineData("Received: by (b) id\n")]
    [InlineData("Received: from a (by b id c\n")]
    [InlineData("Received: by b (id c)\nReceived: by older id old;\n")]
    public void Where_the_topmost_says_none_there_is_none(string headers) => Assert.Null(Find(headers + "X: y\n\n"));

    [Fact]
    public void What_is_cut_off_by_the_end_is_none()
    {
        const string Whole = "Received: by mx.example.org id ABCDEF";
        for (var length = 0; length <= Whole.Length; length++)
            Assert.Null(Find(Whole[..length]));
    }

    [Fact]
    public void Nothing_makes_it_fail() =>
        Gen.OneOf(Gen.OneOfConst("Received:", "by", "id", " ", "\t", "\n", "\r\n", "(", ")", "\\", ";", "x"), Gen.Char.Select(c => c.ToString())).Array[0, 40]
            .Sample(pieces => Find(string.Concat(pieces)), iter: 20_000);

    private static QueueId? Find(string text) => ReceivedHeader.FindQueueId(Encoding.Latin1.GetBytes(text));
}
