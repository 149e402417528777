using System.Text;
using MailStore.Host.Commands.Importing;

namespace MailStore.Host.Tests.Commands.Importing;

public sealed class LfStreamTests
{
    [Theory]
    [InlineData("a\r\nb\r\n", "a\nb\n")]
    [InlineData("a\nb\n", "a\nb\n")]
    [InlineData("a\rb\r\r\nc\r", "a\rb\r\nc\r")]
    [InlineData("\r\n\r\n", "\n\n")]
    [InlineData("", "")]
    public async Task However_it_is_read_lines_end_in_LF(string from, string to)
    {
        for (var size = 2; size < 12; size++)
        {
            for (var step = 1; step < 5; step++)
            {
                await using var stream = new LfStream(new Drops(Encoding.ASCII.GetBytes(from), step));
                var (read, buffer) = (new List<byte>(), new byte[size]);
                while (await stream.ReadAsync(buffer) is > 0 and var count)
                    read.AddRange(buffer.AsSpan(0, count));
                Assert.Equal(to, Encoding.ASCII.GetString([.. read]));
            }
        }
    }

    /// <summary>Gives no more than a few bytes at a time.</summary>
    private sealed class Drops(byte[] bytes, int step) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(step, buffer.Length)], cancellationToken);
    }
}
