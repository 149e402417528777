namespace MailStore.Tests;

/// <summary>Where the tests find sources, fixtures and the built program.</summary>
internal static class RepositoryRoot
{
    public static string Path { get; } = Find();

    /// <summary>The real mails of this workplace, or null where they are not there.</summary>
    public static string? RealMails { get; } = Directory.Exists(System.IO.Path.Combine(Path, "..", "shared", "mail"))
        ? System.IO.Path.GetFullPath(System.IO.Path.Combine(Path, "..", "shared", "mail"))
        : null;

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "MailStore.Plugins.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("the tests do not run inside the repository");
    }
}
