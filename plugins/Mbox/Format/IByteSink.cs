namespace MailStore.Mbox.Format;

/// <summary>Takes bytes as they come.</summary>
internal interface IByteSink
{
    /// <summary>Takes some; they may change after the call.</summary>
    void Write(ReadOnlySpan<byte> bytes);
}
