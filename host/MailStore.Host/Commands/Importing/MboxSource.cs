using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text;
using MailStore.Sdk;

namespace MailStore.Host.Commands.Importing;

/// <summary>
/// An mbox file (RFC 4155, appendix A). A mail begins with a <c>From </c> line behind an empty line; quoted ones (<c>&gt;From </c>) get back what they were (mboxrd), unless the mail says how long it is. Fields by which programs
/// keep flags and lengths in the file are taken as such and left out. Read once, from its start to its end; one mail is in memory at a time.
/// </summary>
internal sealed class MboxSource(string path, string? folder) : IMailSource
{
    private static readonly string[] Dates = ["ddd MMM d HH:mm:ss yyyy", "ddd MMM d HH:mm yyyy", "ddd MMM d HH:mm:ss zzz yyyy"];

    /// <summary>Whether a file begins as one.</summary>
    public static async Task<bool> IsAtAsync(string path, CancellationToken cancellationToken)
    {
        var start = new byte[5];
        await using var file = File.OpenRead(path);
        return await file.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken) is var count && (count == 0 || start.AsSpan(0, count).SequenceEqual("From "u8));
    }

    public async IAsyncEnumerable<SourceMail> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan });
        var reader = PipeReader.Create(file, new StreamPipeReaderOptions(bufferSize: 64 * 1024));
        var mail = new MboxMail();
        var (arrival, number, wasEmpty) = (default(DateTimeOffset), 0, true);
        while (await ReadLineAsync(reader, cancellationToken) is { } line)
        {
            // the first one is one in any case
            if (wasEmpty && (IsFromLine(line, out var next) || number == 0))
            {
                if (number++ > 0 && !mail.IsInternal)
                    yield return MailOf(mail, number - 1, arrival);
                mail = new MboxMail();
                arrival = next == default ? DateTimeOffset.UnixEpoch : next;
            }
            else
            {
                mail.Add(line);
            }

            wasEmpty = line is [(byte)'\n'] or [(byte)'\r', (byte)'\n'];
        }

        if (number > 0 && !mail.IsInternal)
            yield return MailOf(mail, number, arrival);
    }

    public ValueTask DisposeAsync() => default;

    private SourceMail MailOf(MboxMail mail, int number, DateTimeOffset arrival) => new(
        string.Create(CultureInfo.InvariantCulture, $"{path}, mail {number}"), folder, mail.Flags, arrival, _ => new ValueTask<Stream?>(mail.Open()));

    /// <summary>With its end; null at the end of the file.</summary>
    private static async ValueTask<byte[]?> ReadLineAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await reader.ReadAsync(cancellationToken);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var line = read.Buffer.Slice(0, read.Buffer.GetPosition(1, end)).ToArray();
                reader.AdvanceTo(read.Buffer.GetPosition(1, end));
                return line;
            }

            if (read.IsCompleted)
            {
                var rest = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return rest.Length == 0 ? null : rest;
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary><c>From sender date</c>, the sender of any form and the date as asctime(3) writes it: what else begins so is text.</summary>
    private static bool IsFromLine(ReadOnlySpan<byte> line, out DateTimeOffset arrival)
    {
        arrival = default;
        if (!line.StartsWith("From "u8) || line.Length > 1000)
            return false;
        var words = Encoding.Latin1.GetString(line).Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        // the date is behind the sender, who may have blanks in his name
        for (var at = 1; at < words.Length - 3; at++)
        {
            foreach (var count in (ReadOnlySpan<int>)[5, 6])
            {
                if (at + count <= words.Length && DateTimeOffset.TryParseExact(
                    string.Join(' ', words[at..(at + count)]), Dates, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out arrival))
                    return true;
            }
        }

        return false;
    }
}
