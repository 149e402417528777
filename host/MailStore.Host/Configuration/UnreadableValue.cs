namespace MailStore.Host.Configuration;

/// <summary>Stands for a value that could not be read. Its mistake was told; nothing more is to be said about the key.</summary>
internal sealed class UnreadableValue
{
    private UnreadableValue()
    {
    }

    public static UnreadableValue Instance { get; } = new();
}
