using Microsoft.Win32.SafeHandles;

namespace MailStore.Deliver;

/// <summary>Standard input: the mail.</summary>
internal sealed class InputStream : BlockingStream
{
    private readonly FileStream _input = new(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 0);

    public override bool CanWrite => false;

    public override int Read(Span<byte> buffer) => _input.Read(buffer);

    public override void Write(ReadOnlySpan<byte> buffer) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        _input.Dispose();
        base.Dispose(disposing);
    }
}
