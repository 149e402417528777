using System.Buffers;

namespace MailStore.Host.Lmtp;

/// <summary>
/// Cuts command lines off the input: RFC 5321, 2.3.8 and 4.5.3.1.4. Holds nothing: what is too long is dropped piece by piece, so that memory stays bounded.
/// </summary>
/// <remarks>A bare LF ends a command as CR LF does, so that an administrator can talk to the server with any tool. It never ends data: see <see cref="DataDecoder"/>.</remarks>
internal struct LineReader(int limit)
{
    /// <summary>How much of a line that is too long was dropped so far; 0 while there is none.</summary>
    public long Skipped { get; private set; }

    /// <param name="input">What has arrived; what was dealt with is cut off its start.</param>
    /// <param name="line">The line without its end.</param>
    /// <param name="isTooLong">Whether the line was longer than the limit: it is dropped.</param>
    /// <returns>Whether a whole line was there.</returns>
    public bool TryRead(ref ReadOnlySequence<byte> input, out ReadOnlySequence<byte> line, out bool isTooLong)
    {
        if (input.PositionOf((byte)'\n') is not { } end)
        {
            line = default;
            isTooLong = false;
            if (Skipped == 0 && input.Length <= limit)
                return false;
            Skipped += input.Length;
            input = input.Slice(input.End);
            return false;
        }

        line = input.Slice(0, end);
        input = input.Slice(input.GetPosition(1, end));
        isTooLong = Skipped > 0 || line.Length > limit;
        Skipped = 0;
        return true;
    }
}
