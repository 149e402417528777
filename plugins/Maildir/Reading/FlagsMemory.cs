namespace MailStore.Maildir.Reading;

/// <summary>What the module remembers of flags. Safe for concurrent use.</summary>
internal sealed class FlagsMemory
{
    private volatile KnownFlags? _last;

    public KnownFlags? Last
    {
        get => _last;
        set => _last = value;
    }
}
