using System.Buffers;

namespace MailStore.Mbox.Format;

/// <summary>Where one of this module's mails ends by its own account, wherever the next one begins.</summary>
internal static class MailEnd
{
    private const int BufferSize = 64 * 1024;

    /// <summary>The end of the mail with its empty line; null if it is not whole (or not any more what was delivered).</summary>
    /// <param name="file">The file.</param>
    /// <param name="head">With a marker.</param>
    /// <param name="end">Where it ends at the latest.</param>
    public static long? Find(FileWindow file, MailHead head, long end)
    {
        var marker = head.Marker!;
        var measure = new Measure(marker.Size);
        var text = new MailText(isQuoting: false, null, measure);
        var (at, stop) = (head.Content, head.Content);
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            while (at < end && file.Read(buffer.AsSpan(0, (int)Math.Min(BufferSize, end - at)), at) is > 0 and var count)
            {
                var bytes = buffer.AsSpan(0, count);
                // no more comes out than goes in, but for what was held back
                if (measure.Count + count + BufferSize < marker.Size)
                {
                    text.Write(bytes);
                    at += count;
                    continue;
                }

                foreach (ref var b in bytes)
                {
                    text.Write(new ReadOnlySpan<byte>(in b));
                    at++;
                    if (measure.Count < marker.Size)
                        continue;
                    if (!measure.RestIsLineFeeds)
                        return Judge();
                    if (b == (byte)'\n')
                        stop = at;
                }
            }

            text.Complete();
            return Judge();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        // behind the mail stand its line feeds: all up to 'stop'
        long? Judge()
        {
            if (measure.Checksum != marker.Checksum || stop - head.Content < 1)
                return null;
            var whole = new Measure(marker.Size);
            MailPart.Copy(file, head.Content, stop, new MailText(isQuoting: false, null, whole));
            return whole.Checksum == marker.Checksum && whole.RestIsLineFeeds && whole.Count - marker.Size >= MailPart.LineFeedsBehind(marker.Size, whole.Last) ? stop : null;
        }
    }
}
