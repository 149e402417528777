using System.Net;
using System.Text.Json;
using MailStore.Host.Delivery;

namespace MailStore.Host.Admin.Importing;

/// <summary>Mails as <see cref="MailImports.ImportAsync"/> reads them.</summary>
internal sealed class ImportedMailsContent(IReadOnlyList<(ImportedMail Head, MailBuffer Content)> mails) : HttpContent
{
    private static readonly byte[] LineFeed = [(byte)'\n'];

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        foreach (var (head, content) in mails)
        {
            await JsonSerializer.SerializeAsync(stream, head, AdminJson.Default.ImportedMail);
            await stream.WriteAsync(LineFeed);
            await using var mail = content.OpenRead();
            await mail.CopyToAsync(stream);
        }
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
