using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Maildir;

/// <summary>Content that is in no memory: can be read as a stream only. May break off, or call back when it is read.</summary>
internal sealed class SpooledContent(byte[] bytes) : MailContent
{
    public int? BreakAfter { get; init; }

    public Action? OnRead { get; init; }

    public override long Length => bytes.Length;

    public override long LineFeeds => bytes.Count(b => b == (byte)'\n');

    public override Stream OpenRead()
    {
        OnRead?.Invoke();
        return new MemoryStream(bytes, 0, BreakAfter ?? bytes.Length, writable: false);
    }
}
