using System.Buffers;
using MailStore.Host.Delivery;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Delivery;

/// <summary>The content of a mail, and who may still read it when.</summary>
public sealed class MailBufferTests : IDisposable
{
    private readonly string _spool = Directory.CreateTempSubdirectory("mailstore-spool-").FullName;

    [Theory]
    [InlineData(1 << 20)]
    [InlineData(16)]
    public async Task A_module_that_was_given_up_and_begins_to_read_late_gets_no_mail_in_place_of_an_empty_one(long memoryLimit)
    {
        var buffer = await FilledAsync(memoryLimit);
        buffer.Abandon();
        buffer.Dispose();
        Assert.Throws<ObjectDisposedException>(() => buffer.OpenRead());
        Assert.Throws<ObjectDisposedException>(() => buffer.TryGetSequence(out _));
    }

    [Theory]
    [InlineData(1 << 20)]
    [InlineData(16)]
    public async Task A_module_that_was_given_up_while_it_reads_reads_the_mail_to_its_end(long memoryLimit)
    {
        var buffer = await FilledAsync(memoryLimit);
        var stream = buffer.OpenRead();
        Assert.Equal('0', stream.ReadByte());
        buffer.Abandon();
        buffer.Dispose();
        // what the pool hands out now must not be the mail's
        ArrayPool<byte>.Shared.Rent(32 * 1024).AsSpan().Fill((byte)'x');
        ArrayPool<byte>.Shared.Rent(8 * 1024).AsSpan().Fill((byte)'x');
        using var reader = new StreamReader(stream);
        Assert.Equal(Text(100)[1..], await reader.ReadToEndAsync());
    }

    [Fact]
    public async Task A_spooled_mail_leaves_no_name_behind_and_reads_as_it_was_written()
    {
        using var buffer = await FilledAsync(16);
        Assert.True(buffer.IsSpooled);
        Assert.Empty(Directory.GetFiles(_spool));
        using var reader = new StreamReader(buffer.OpenRead());
        Assert.Equal(Text(100), await reader.ReadToEndAsync());
        Assert.Equal(100, buffer.LineFeeds);
    }

    [Fact]
    public async Task A_spool_that_cannot_be_written_is_temporary_and_the_buffer_can_be_disposed_twice()
    {
        var file = Path.Combine(_spool, "file");
        await File.WriteAllTextAsync(file, "");
        var buffer = new MailBuffer(Path.Combine(file, "spool"), 16);
        buffer.Write(new byte[100]);
        await Assert.ThrowsAsync<TemporaryFailureException>(async () => await buffer.FlushAsync(CancellationToken.None));
        buffer.Dispose();
        buffer.Dispose();
    }

    public void Dispose() => Directory.Delete(_spool, recursive: true);

    private static string Text(int lines) => string.Concat(Enumerable.Range(0, lines).Select(line => $"{line} {new string('-', 1000)}\n"));

    private async Task<MailBuffer> FilledAsync(long memoryLimit)
    {
        var buffer = new MailBuffer(_spool, memoryLimit);
        foreach (var line in Text(100).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            buffer.Write(System.Text.Encoding.ASCII.GetBytes(line + "\n"));
            await buffer.FlushAsync(CancellationToken.None);
        }

        return buffer;
    }
}
