namespace MailStore.Plugins.Tests.Maildir;

/// <summary>Mails from the world, which are not ours to ship; beside the repository where there are any.</summary>
internal static class RealMails
{
    /// <summary>null where there are none.</summary>
    public static string? Folder { get; } = Find();

    private static string? Find()
    {
        // from tests/MailStore.Plugins.Tests/bin/Debug/net10.0 to beside the repository
        var folder = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../../../../shared/mail"));
        return Directory.Exists(folder) ? folder : null;
    }
}
