using System.Buffers;
using System.Runtime.InteropServices;
using CsCheck;
using MailStore.Host.Delivery;
using MailStore.Host.Tests.Configuration;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Delivery;

public sealed class MailBufferContentTests : IDisposable
{
    private readonly SpoolFolder _spool = new();

    public void Dispose() => _spool.Dispose();

    /// <summary>Against a list of bytes: pieces of any size, hints of any size, flushed now and then, limits of any size.</summary>
    [Fact]
    public async Task It_holds_what_was_written_whatever_the_pieces_and_the_limit()
    {
        var piece = Gen.Select(Gen.OneOf(Gen.Int[0, 20], Gen.Int[8_000, 9_000], Gen.Int[30_000, 70_000]), Gen.OneOfConst(0, 1, 100, 40_000), Gen.Bool);
        await Gen.Select(piece.Array[0, 12], Gen.OneOfConst(0L, 1L, 10_000L, 100_000L, long.MaxValue)).SampleAsync(
            async (pieces, limit) =>
            {
                using var buffer = new MailBuffer(_spool.Path, limit);
                var model = new List<byte>();
                var random = new Random(pieces.Length);
                foreach (var (size, hint, flush) in pieces)
                {
                    var bytes = Bytes(random, size);
                    for (var rest = bytes.AsMemory(); rest.Length > 0;)
                    {
                        var memory = buffer.GetMemory(hint);
                        Assert.InRange(memory.Length, Math.Max(1, hint), int.MaxValue);
                        var count = Math.Min(memory.Length, rest.Length);
                        rest[..count].CopyTo(memory);
                        buffer.Advance(count);
                        rest = rest[count..];
                    }

                    model.AddRange(bytes);
                    if (flush)
                        await buffer.FlushAsync(default);
                }

                Assert.Equal((model.Count, model.Count(b => b == '\n')), ((int)buffer.Length, (int)buffer.LineFeeds));
                Assert.Equal(model.ToArray(), await ReadAsync(buffer));
                Assert.Equal(!buffer.IsSpooled, buffer.TryGetSequence(out var sequence));
                if (!buffer.IsSpooled)
                    Assert.Equal(model.ToArray(), sequence.ToArray());
                Assert.Empty(_spool.Files);
            },
            iter: Long.Times(150), threads: 1);
    }

    [Theory]
    [InlineData(99, false)]
    [InlineData(100, false)]
    [InlineData(101, true)]
    public async Task Beyond_its_limit_it_goes_to_a_file(int size, bool isSpooled)
    {
        using var buffer = new MailBuffer(_spool.Path, 100);
        buffer.Write(new byte[size]);
        await buffer.FlushAsync(default);
        Assert.Equal(isSpooled, buffer.IsSpooled);
        Assert.Equal(size, buffer.Length);
        Assert.Equal(isSpooled, Directory.Exists(_spool.Path));
    }

    [Fact]
    public async Task The_file_has_no_name_and_the_folder_is_the_servers_alone()
    {
        using var buffer = new MailBuffer(_spool.Path, 10);
        buffer.Write(new byte[100_000]);
        await buffer.FlushAsync(default);
        Assert.True(buffer.IsSpooled);
        Assert.Empty(_spool.Files);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_spool.Path));
    }

    /// <summary>Each array that was handed out is either the buffer's first or goes back to the pool, which hands it out again.</summary>
    [Fact]
    public async Task Once_in_the_file_memory_stays_bounded()
    {
        using var buffer = new MailBuffer(_spool.Path, 1_000);
        var used = new HashSet<byte[]>();
        for (var i = 0; i < 300; i++)
        {
            for (var rest = 10_000; rest > 0;)
            {
                var memory = buffer.GetMemory();
                Assert.True(MemoryMarshal.TryGetArray<byte>(memory, out var array));
                used.Add(array.Array!);
                var count = Math.Min(rest, memory.Length);
                buffer.Advance(count);
                rest -= count;
            }

            await buffer.FlushAsync(default);
        }

        Assert.Equal(3_000_000, buffer.Length);
        Assert.InRange(used.Count, 1, 40);
    }

    [Theory]
    [InlineData(50_000, long.MaxValue)]
    [InlineData(50_000, 100)]
    public async Task It_is_read_by_many_at_once_each_from_its_start(int size, long limit)
    {
        using var buffer = new MailBuffer(_spool.Path, limit);
        var bytes = Bytes(new Random(1), size);
        foreach (var piece in bytes.Chunk(7_000))
        {
            buffer.Write(piece);
            await buffer.FlushAsync(default);
        }

        await using var abandonedHalfWay = buffer.OpenRead();
        await abandonedHalfWay.ReadExactlyAsync(new byte[size / 2]);
        var readers = Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
        {
            var read = i % 2 == 0 ? await ReadAsync(buffer, 1_000 + i) : ReadBlocking(buffer, 1_000 + i);
            Assert.True(bytes.AsSpan().SequenceEqual(read));
        }));
        await Task.WhenAll(readers);
        var rest = new MemoryStream();
        await abandonedHalfWay.CopyToAsync(rest);
        Assert.True(bytes.AsSpan(size / 2).SequenceEqual(rest.ToArray()));
    }

    [Fact]
    public void Nothing_written_is_an_empty_mail()
    {
        using var buffer = new MailBuffer(_spool.Path, 10);
        Assert.Equal((0L, 0L), (buffer.Length, buffer.LineFeeds));
        Assert.True(buffer.TryGetSequence(out var sequence));
        Assert.True(sequence.IsEmpty);
        Assert.Empty(ReadBlocking(buffer, 10));
    }

    [Fact]
    public async Task A_spool_directory_that_cannot_be_made_is_a_temporary_failure_that_says_where()
    {
        _spool.Obstruct();
        using var buffer = new MailBuffer(_spool.Path, 10);
        buffer.Write(new byte[11]);
        var failure = await Assert.ThrowsAsync<TemporaryFailureException>(() => buffer.FlushAsync(default).AsTask());
        Assert.Contains(_spool.Path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Disposal_gives_the_memory_back()
    {
        var buffer = new MailBuffer(_spool.Path, 1 << 20);
        var memory = Fill(buffer);
        buffer.Dispose();
        Assert.Contains(RentMany(), rented => ReferenceEquals(rented, memory));
    }

    [Fact]
    public void Disposal_twice_gives_the_memory_back_once()
    {
        var buffer = new MailBuffer(_spool.Path, 1 << 20);
        var memory = Fill(buffer);
        buffer.Dispose();
        buffer.Dispose();
        Assert.Single(RentMany(), rented => ReferenceEquals(rented, memory));
    }

    [Fact]
    public void An_abandoned_one_never_gives_its_memory_back()
    {
        var buffer = new MailBuffer(_spool.Path, 1 << 20);
        var memory = Fill(buffer);
        Assert.True(buffer.TryGetSequence(out var held));
        buffer.Abandon();
        buffer.Dispose();
        Assert.DoesNotContain(RentMany(), rented => ReferenceEquals(rented, memory));
        Assert.Equal("a mail", System.Text.Encoding.ASCII.GetString(held.ToArray()));
    }

    [Fact]
    public async Task An_abandoned_file_can_still_be_read_by_whoever_has_it()
    {
        var buffer = new MailBuffer(_spool.Path, 10);
        buffer.Write(new byte[100]);
        await buffer.FlushAsync(default);
        await using var held = buffer.OpenRead();
        buffer.Abandon();
        buffer.Dispose();
        await held.ReadExactlyAsync(new byte[100]);
    }

    [Fact]
    public async Task Disposal_closes_the_file()
    {
        var buffer = new MailBuffer(_spool.Path, 10);
        buffer.Write(new byte[100]);
        await buffer.FlushAsync(default);
        await using var held = buffer.OpenRead();
        buffer.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => held.ReadExactlyAsync(new byte[100]).AsTask());
    }

    private static byte[] Fill(MailBuffer buffer)
    {
        Assert.True(MemoryMarshal.TryGetArray<byte>(buffer.GetMemory(), out var array));
        buffer.Write("a mail"u8);
        return array.Array!;
    }

    /// <summary>Rents, and overwrites, all that the pool has of the first piece's size.</summary>
    private static List<byte[]> RentMany()
    {
        var rented = Enumerable.Range(0, 64).Select(_ => ArrayPool<byte>.Shared.Rent(8 * 1024)).ToList();
        rented.ForEach(array => array.AsSpan().Fill((byte)'x'));
        return rented;
    }

    private static byte[] Bytes(Random random, int size)
    {
        var bytes = new byte[size];
        random.NextBytes(bytes);
        for (var i = 0; i < size; i += random.Next(1, 80))
            bytes[i] = (byte)'\n';
        return bytes;
    }

    private static async Task<byte[]> ReadAsync(MailBuffer buffer, int step = 5_000)
    {
        await using var stream = buffer.OpenRead();
        var all = new MemoryStream();
        await stream.CopyToAsync(all, step);
        return all.ToArray();
    }

    private static byte[] ReadBlocking(MailBuffer buffer, int step)
    {
        using var stream = buffer.OpenRead();
        var all = new MemoryStream();
        stream.CopyTo(all, step);
        return all.ToArray();
    }
}
