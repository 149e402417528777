using MailStore.Maildir.Interop;
using MailStore.Maildir.Places;

namespace MailStore.Maildir.Delivery;

/// <summary>The inbox or a folder, opened for an import.</summary>
internal sealed class ImportBox : IDisposable
{
    private readonly Descriptor? _folder;

    /// <summary>Opens it, and makes it where it is a folder that is missing.</summary>
    /// <param name="opener">Of the mailbox.</param>
    /// <param name="directory">Of the folder, with its dot; null for the inbox.</param>
    public ImportBox(BoxOpener opener, string? directory)
    {
        Home = opener.OpenHome();
        try
        {
            _folder = directory is null ? null : opener.OpenFolder(Home, directory);
            var box = _folder ?? Home;
            Tmp = opener.OpenPart(Home, box, MaildirTree.Tmp);
            New = opener.OpenPart(Home, box, MaildirTree.New);
            Cur = opener.OpenPart(Home, box, MaildirTree.Cur);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public Descriptor Home { get; }

    public Descriptor Tmp { get; } = null!;

    public Descriptor New { get; } = null!;

    public Descriptor Cur { get; } = null!;

    public void Dispose()
    {
        foreach (var descriptor in (Descriptor?[])[Cur, New, Tmp, _folder, Home])
            descriptor?.Dispose();
    }
}
