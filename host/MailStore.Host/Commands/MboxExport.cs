using System.Globalization;
using System.Text;
using MailStore.Host.Admin;

namespace MailStore.Host.Commands;

/// <summary>
/// Exports to one mboxrd file: a line that is <c>From </c> behind any number of <c>&gt;</c> gets one more, which readers can undo; an empty line ends each mail.
/// </summary>
internal sealed class MboxExport(string path) : IMailExport
{
    private readonly FileStream _file = new(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    });

    public async Task AddAsync(StoredMailView mail, Func<Stream, Task> copyTo, CancellationToken cancellationToken)
    {
        using var whole = new MemoryStream();
        await copyTo(whole);
        whole.Position = 0;
        await _file.WriteAsync(
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"From {SenderOf(whole)} {mail.Arrival.UtcDateTime:ddd MMM} {mail.Arrival.UtcDateTime.Day,2} {mail.Arrival.UtcDateTime:HH:mm:ss yyyy}\n")), cancellationToken);
        var bytes = whole.GetBuffer().AsMemory(0, (int)whole.Length);
        while (bytes.Length > 0)
        {
            var end = bytes.Span.IndexOf((byte)'\n');
            var line = end < 0 ? bytes : bytes[..(end + 1)];
            if (line.Span.TrimStart((byte)'>').StartsWith("From "u8))
                await _file.WriteAsync(">"u8.ToArray(), cancellationToken);
            await _file.WriteAsync(line, cancellationToken);
            if (end < 0)
                await _file.WriteAsync("\n"u8.ToArray(), cancellationToken);
            bytes = bytes[line.Length..];
        }

        await _file.WriteAsync("\n"u8.ToArray(), cancellationToken);
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    /// <summary>The envelope's sender, which stands in the first header that MailStore adds.</summary>
    private static string SenderOf(MemoryStream mail)
    {
        var first = Encoding.UTF8.GetString(mail.GetBuffer().AsSpan(0, (int)Math.Min(mail.Length, 1024))).Split('\n')[0];
        var sender = first.StartsWith("Return-Path: <", StringComparison.Ordinal) ? first["Return-Path: <".Length..].TrimEnd('\r').TrimEnd('>') : "";
        return sender.Length == 0 || sender.Any(char.IsWhiteSpace) ? "MAILER-DAEMON" : sender;
    }
}
