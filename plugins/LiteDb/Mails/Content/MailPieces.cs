using MailStore.Sdk;

namespace MailStore.LiteDb.Mails.Content;

/// <summary>
/// A mail in memory, in the pieces of LiteDB's file storage, read from the host before the mail's turn comes: a slow one keeps nobody waiting, and what is
/// not whole never reaches a file.
/// </summary>
internal static class MailPieces
{
    /// <summary>As long as LiteDB's own library makes them: it finds the piece of a position by this.</summary>
    public const int Length = 255 * 1024;

    /// <summary>The number of pieces of so many bytes.</summary>
    public static int CountOf(long size) => (int)((size + Length - 1) / Length);

    /// <exception cref="UnreadableMailException">It could not be read to its end.</exception>
    public static async ValueTask<byte[][]> ReadAsync(Mail mail, CancellationToken cancellationToken)
    {
        var size = mail.Size;
        var pieces = new byte[CountOf(size)][];
        try
        {
            await using var content = mail.OpenRead();
            for (var i = 0; i < pieces.Length; i++)
            {
                pieces[i] = GC.AllocateUninitializedArray<byte>((int)Math.Min(Length, size - (long)i * Length));
                await content.ReadExactlyAsync(pieces[i], cancellationToken).ConfigureAwait(false);
            }
        }
        catch (IOException e)
        {
            // of the host's spool file; EndOfStreamException is one
            throw new UnreadableMailException($"the mail could not be read: {e.Message}", e);
        }

        return pieces;
    }
}
