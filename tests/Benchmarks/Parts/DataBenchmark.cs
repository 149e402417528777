using System.Buffers;
using BenchmarkDotNet.Attributes;
using MailStore.Host.Delivery;
using MailStore.Host.Lmtp;

namespace MailStore.Benchmarks.Parts;

/// <summary>
/// The content of a mail off the wire. Dots are taken off and CR LF becomes LF in one pass over what was read, so the two are measured together; BDAT has no dots. The
/// copy of the same bytes is what no reader can go below.
/// </summary>
public class DataBenchmark
{
    private readonly ScratchWriter _scratch = new();
    private readonly byte[] _copy = new byte[1 << 20];

    [ParamsSource(nameof(Mails))]
    public SampleMail Mail { get; set; } = null!;

    public static IEnumerable<SampleMail> Mails => SampleMail.All;

    [Benchmark(Baseline = true, Description = "copy alone")]
    public void Copy() => Mail.Data.CopyTo(_copy);

    [Benchmark(Description = "DATA: dots off, CR LF to LF")]
    public long DecodeData()
    {
        var decoder = default(DataDecoder);
        decoder.Decode(Mail.Data, _scratch);
        return decoder.IsComplete ? decoder.Size : throw new InvalidOperationException("the end was not seen");
    }

    [Benchmark(Description = "BDAT: CR LF to LF")]
    public void DecodeChunk()
    {
        var decoder = new ChunkDecoder(isBinary: false);
        decoder.Decode(Mail.Chunk, _scratch);
        decoder.Complete(_scratch);
    }

    [Benchmark(Description = "DATA into the mail's buffer")]
    public long Receive()
    {
        using var content = new MailBuffer("/nonexistent", memoryLimit: 1 << 20);
        var decoder = default(DataDecoder);
        decoder.Decode(Mail.Data, content);
        return content.Length;
    }

    /// <summary>A place that is overwritten again and again.</summary>
    private sealed class ScratchWriter : IBufferWriter<byte>
    {
        private readonly byte[] _bytes = new byte[32 * 1024];

        public void Advance(int count)
        {
        }

        public Memory<byte> GetMemory(int sizeHint = 0) => _bytes;

        public Span<byte> GetSpan(int sizeHint = 0) => _bytes;
    }
}
