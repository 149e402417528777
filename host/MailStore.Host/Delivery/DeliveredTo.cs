using System.Buffers;
using System.Text;
using MailStore.Sdk;

namespace MailStore.Host.Delivery;

/// <summary>
/// Finds to whom a mail was delivered before: the fields Delivered-To of its header (RFC 9228), of which each delivery here adds one. Some MTAs write one for the very delivery
/// that they ask for (OpenSMTPD; Postfix's pipe with D): such a one stands above the topmost Received, and, other than ours, without X-Original-To behind it.
/// </summary>
internal static class DeliveredTo
{
    /// <summary>How far down they are looked for: far below what a mail that circles gathers between two rounds.</summary>
    private const int Reach = 64 * 1024;

    /// <param name="content">Lines end with LF, or with CR LF.</param>
    public static IReadOnlyList<string> Find(MailContent content)
    {
        if (content.TryGetSequence(out var sequence) && (sequence.IsSingleSegment || sequence.FirstSpan.Length >= Reach))
            return Find(sequence.FirstSpan[..Math.Min(sequence.FirstSpan.Length, Reach)]);
        var buffer = ArrayPool<byte>.Shared.Rent(Reach);
        try
        {
            using var stream = content.OpenRead();
            return Find(buffer.AsSpan(0, stream.ReadAtLeast(buffer.AsSpan(0, Reach), Reach, throwOnEndOfStream: false)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <param name="start">Of the mail.</param>
    public static IReadOnlyList<string> Find(ReadOnlySpan<byte> start)
    {
        List<string>? found = null, top = null;
        var isTop = true;
        string? last = null;
        while (start.IndexOf((byte)'\n') is >= 0 and var end)
        {
            var line = start[..end];
            start = start[(end + 1)..];
            if (line is [] or [(byte)'\r'])
                break;
            if (Is(line, "delivered-to:"u8))
            {
                last = Encoding.UTF8.GetString(line["delivered-to:"u8.Length..]).Trim();
                (isTop ? top ??= [] : found ??= []).Add(last);
                continue;
            }

            if (isTop && last is not null && Is(line, "x-original-to:"u8))
                (found ??= []).Add(last);
            else if (isTop && Is(line, "received:"u8))
                (isTop, top) = (false, null);
            last = null;
        }

        if (top is not null)
            (found ??= []).AddRange(top);
        return found ?? (IReadOnlyList<string>)[];
    }

    private static bool Is(ReadOnlySpan<byte> line, ReadOnlySpan<byte> field) => line.Length >= field.Length && Ascii.EqualsIgnoreCase(line[..field.Length], field);
}
