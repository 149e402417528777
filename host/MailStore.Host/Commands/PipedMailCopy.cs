using System.Buffers;
using MailStore.Host.Delivery;

namespace MailStore.Host.Commands;

/// <summary>A piped mail taken by this process itself.</summary>
internal static class PipedMailCopy
{
    /// <summary>Copies the mail with lines ended by LF.</summary>
    /// <param name="limit">The largest mail that is taken, in octets with CR LF as LMTP counts (RFC 1870); 0 for none.</param>
    /// <returns>False if it is larger: then it was not read to its end.</returns>
    public static Task<bool> CopyAsync(Stream input, MailBuffer target, long limit, CancellationToken cancellationToken) =>
        PipedMail.ForEachPieceAsync(
            input,
            async (piece, _, endsLine) =>
            {
                foreach (var segment in piece)
                    target.Write(segment.Span);
                if (endsLine)
                    target.Write("\n"u8);
                if (limit > 0 && target.Length + target.LineFeeds > limit)
                    return false;
                await target.FlushAsync(cancellationToken);
                return true;
            },
            cancellationToken);
}
