using MailStore.Sdk;

namespace MailStore.Plugins.Tests.S3;

/// <summary>A spool file that is lost while it is read.</summary>
internal sealed class BreakingContent(long length, int breakAt) : MailContent
{
    public override long Length => length;

    public override long LineFeeds => 0;

    // shorter than it says: its end comes too early
    public override Stream OpenRead() => new MemoryStream(new byte[breakAt], writable: false);
}
