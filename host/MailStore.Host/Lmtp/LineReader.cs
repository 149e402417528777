using System.Buffers;

namespace MailStore.Host.Lmtp;

/// <summary>
/// Cuts command lines off the input: RFC 5321, 2.3.8 and 4.5.3.1.4. Holds nothing: what is too long is dropped piece by piece, so that memory stays bounded.
/// </summary>
/// <remarks>A bare LF ends a command as CR LF does, so that an administrator can talk to the server with any tool. It never ends data: see <see cref="DataDecoder"/>.</remarks>
internal struct LineReader(int limit)
{
    private bool _isSkipping;

    /// <summary>Whether what arrives is the rest of a line that is too long.</summary>
    public readonly bool IsSkipping => _isSkipping;

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
            _isSkipping |= input.Length > limit;
            if (_isSkipping)
                input = input.Slice(input.End);
            return false;
        }

        line = input.Slice(0, end);
        input = input.Slice(input.GetPosition(1, end));
        isTooLong = _isSkipping || line.Length > limit;
        _isSkipping = false;
        return true;
    }
}
