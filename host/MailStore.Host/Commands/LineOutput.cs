namespace MailStore.Host.Commands;

/// <summary>Lines on standard output: many in one write while they are at hand, and each at once where the next is waited for.</summary>
internal static class LineOutput
{
    private const int Buffer = 16 * 1024;

    public static async Task WriteAsync<T>(IAsyncEnumerable<T> items, Func<T, string?> toLine, CancellationToken cancellationToken)
    {
        await using var output = new StreamWriter(Console.OpenStandardOutput(), bufferSize: Buffer);
        await using var all = items.GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            var next = all.MoveNextAsync();
            if (!next.IsCompleted)
                await output.FlushAsync(cancellationToken);
            if (!await next)
                return;
            if (toLine(all.Current) is { } line)
                await output.WriteLineAsync(line.AsMemory(), cancellationToken);
        }
    }
}
