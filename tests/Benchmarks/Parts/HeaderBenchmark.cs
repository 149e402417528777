using BenchmarkDotNet.Attributes;
using MailStore.Host.Delivery;
using MailStore.Host.Delivery.Repeats;
using MailStore.Sdk;

namespace MailStore.Benchmarks.Parts;

/// <summary>The header of a mail: what is written before it (Return-Path, Delivered-To, X-Original-To, Received), and what is looked for in its own.</summary>
public class HeaderBenchmark
{
    private readonly MailContent _mail = MailContent.FromMemory(SampleMail.All.First().Content);

    private readonly MailEnvelope _envelope = new() { Sender = "sender@example.net", ClientName = "mx.example.test", ClientAddress = "127.0.0.1", Protocol = "LMTP" };

    private readonly ForwardedClient _forwarded = new()
    {
        Name = "relay.example.net",
        Address = "192.0.2.7",
        Port = "40000",
        Helo = "relay.example.net",
        Protocol = "ESMTP",
        QueueId = "4X0123456789",
    };

    private readonly Recipient _recipient = new() { Original = "alice+list@example.org", Detail = "list", User = new UserRecord { Name = "alice@example.org", Version = 1 } };

    [Benchmark(Description = "write the trace")]
    public int Write() => Write(_envelope);

    [Benchmark(Description = "write it, with XFORWARD")]
    public int WriteForwarded() => Write(_envelope with { Forwarded = _forwarded });

    [Benchmark(Description = "find the queue id (repeats)")]
    public bool FindQueueId() => ReceivedHeader.FindQueueId(_mail) is not null;

    [Benchmark(Description = "find Delivered-To (loops)")]
    public int FindDeliveredTo() => DeliveredTo.Find(_mail).Count;

    private int Write(MailEnvelope envelope) => TraceHeader.Build(envelope, "store.example.test", _recipient, "0123456789ABCDEF-1", DateTimeOffset.UnixEpoch).Length;
}
