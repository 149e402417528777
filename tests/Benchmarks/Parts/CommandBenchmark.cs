using System.Buffers;
using System.Text;
using BenchmarkDotNet.Attributes;
using MailStore.Host.Lmtp;

namespace MailStore.Benchmarks.Parts;

/// <summary>The commands of a mail: each alone, and an envelope as Postfix pipelines it, cut into its lines.</summary>
public class CommandBenchmark
{
    private const int LongestLine = 2048;

    private readonly byte[] _lhlo = "LHLO mx.example.test"u8.ToArray();
    private readonly byte[] _mail = "MAIL FROM:<sender@example.net> SIZE=4096 BODY=8BITMIME"u8.ToArray();
    private readonly byte[] _rcpt = "RCPT TO:<alice@example.org> ORCPT=rfc822;alice@example.org"u8.ToArray();
    private readonly byte[] _data = "DATA"u8.ToArray();
    private readonly byte[] _xforward = "XFORWARD NAME=relay.example.net ADDR=192.0.2.7 PORT=40000 PROTO=ESMTP HELO=relay.example.net IDENT=4X0123456789 SOURCE=REMOTE"u8.ToArray();

    private ReadOnlySequence<byte> _envelope;

    [GlobalSetup]
    public void JoinEnvelope() => _envelope = new([.. _mail, .. "\r\n"u8, .. _rcpt, .. "\r\n"u8, .. _data, .. "\r\n"u8]);

    [Benchmark(Description = "LHLO")]
    public int ParseLhlo() => Parse(_lhlo);

    [Benchmark(Description = "MAIL, size and body")]
    public int ParseMail() => Parse(_mail);

    [Benchmark(Description = "RCPT, original recipient")]
    public int ParseRcpt() => Parse(_rcpt);

    [Benchmark(Description = "DATA")]
    public int ParseData() => Parse(_data);

    [Benchmark(Description = "XFORWARD")]
    public int ParseXforward() => Parse(_xforward);

    [Benchmark(Description = "MAIL, RCPT, DATA, with their lines cut")]
    public int ParseEnvelope()
    {
        var (lines, rest, verbs) = (new LineReader(LongestLine), _envelope, 0);
        while (lines.TryRead(ref rest, out var line, out _))
            verbs += Parse(line.FirstSpan.TrimEnd((byte)'\r'));
        return verbs;
    }

    private static int Parse(ReadOnlySpan<byte> line)
    {
        var command = CommandParser.Parse(line);
        return command.Refusal is { } refusal ? throw new InvalidOperationException(Encoding.ASCII.GetString(refusal)) : (int)command.Verb;
    }
}
