using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;

namespace MailStore.Host.Admin;

/// <summary>A list as JSON, an object a line, written as it comes: the first line at once, the others many at a time while they come fast.</summary>
internal static class JsonLines
{
    private const int Buffer = 16 * 1024;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    public static async Task WriteAsync<T, TView>(
        HttpContext context, IAsyncEnumerable<T> items, Func<T, TView> view, JsonTypeInfo<TView> type, CancellationToken cancellationToken)
    {
        var clock = TimeProvider.System;
        var lines = new ArrayBufferWriter<byte>(Buffer);
        await using var json = new Utf8JsonWriter(lines);
        await using var all = items.GetAsyncEnumerator(cancellationToken);
        var written = 0L;
        while (true)
        {
            var next = all.MoveNextAsync();
            // who waits for the next sees all before it
            if (!next.IsCompleted && lines.WrittenCount > 0 && clock.GetElapsedTime(written) >= Pause)
                await FlushAsync();
            if (!await next)
                break;
            json.Reset();
            JsonSerializer.Serialize(json, view(all.Current), type);
            lines.Write("\n"u8);
            if (lines.WrittenCount >= Buffer || written == 0)
                await FlushAsync();
        }

        await FlushAsync();

        async Task FlushAsync()
        {
            if (lines.WrittenCount == 0)
                return;
            if (!context.Response.HasStarted)
                context.Response.ContentType = "application/x-ndjson";
            await context.Response.Body.WriteAsync(lines.WrittenMemory, cancellationToken);
            lines.ResetWrittenCount();
            written = clock.GetTimestamp();
        }
    }
}
