using MailStore.Host.Modules;

namespace MailStore.Host.Tests.Modules;

public sealed class GuardedStreamTests
{
    [Fact]
    public async Task It_is_read_to_its_end_in_pieces_of_any_size()
    {
        using var bench = new Bench();
        var content = new byte[100_000];
        new Random(1).NextBytes(content);
        await using var stream = new GuardedStream(new MemoryStream(content), bench.Boundary, null);
        using var copy = new MemoryStream();
        await stream.CopyToAsync(copy, 70_000);
        Assert.Equal(content, copy.ToArray());
    }

    [Fact]
    public async Task A_read_that_was_given_up_never_writes_into_the_callers_memory()
    {
        using var bench = new Bench();
        var inner = new LateStream();
        var stream = new GuardedStream(inner, bench.Boundary, null);
        var buffer = new byte[10];
        var read = stream.ReadAsync(buffer).AsTask();
        await bench.PassUntilAsync(read);
        Assert.True((await Assert.ThrowsAsync<ModuleFaultException>(() => read)).Abandoned);

        inner.Arrive();
        Assert.True(SpinWait.SpinUntil(() => bench.Boundary.Hanging == 0, TimeSpan.FromSeconds(60)));
        Assert.Equal(new byte[10], buffer);
        await stream.DisposeAsync();
        Assert.False(inner.Disposed);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => stream.ReadAsync(buffer).AsTask());
    }

    private sealed class LateStream : MemoryStream
    {
        private readonly TaskCompletionSource _arrival = new();

        public bool Disposed { get; private set; }

        public void Arrive() => _arrival.SetResult();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await _arrival.Task;
            buffer.Span.Fill(1);
            return buffer.Length;
        }

        protected override void Dispose(bool disposing)
        {
            Disposed = true;
            base.Dispose(disposing);
        }
    }
}
