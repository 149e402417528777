using System.Text;
using MailStore.Maildir.Interop;
using MailStore.Maildir.Places;
using MailStore.Sdk;

namespace MailStore.Maildir.Reading;

/// <summary>
/// The mails of one box, in the order of arrival by their names: only names are read before the first mail is told, and files are looked at a page at a time. Blocks; runs on a
/// worker.
/// </summary>
internal sealed class MailListing(string? folder)
{
    private const int Page = 256;

    // Where 'cur' changed meanwhile, both are read again: a rename, to set flags, may have hidden a mail that was there all the time. Deliveries do not change it.
    private const int Passes = 5;

    private readonly MailNames _names = new();
    private int _next;

    /// <summary>Reads the names.</summary>
    public void Read(Descriptor box)
    {
        for (var pass = 0; pass < Passes; pass++)
        {
            var before = FileStatus.TryGet(box, MaildirTree.Cur)?.Modified;
            // 'new' first: a mail that moves to 'cur' meanwhile is seen twice, and told once, instead of never
            Read(box, MaildirTree.New);
            Read(box, MaildirTree.Cur);
            if (FileStatus.TryGet(box, MaildirTree.Cur)?.Modified == before)
                break;
        }

        _names.Sort();
    }

    /// <summary>The next mails; none at the end.</summary>
    public List<StoredMail> ReadPage(Descriptor box)
    {
        var mails = new List<StoredMail>();
        using var @new = Posix.TryOpenDirectory(box, MaildirTree.New);
        using var cur = Posix.TryOpenDirectory(box, MaildirTree.Cur);
        while (mails.Count == 0 && _next < _names.Count)
        {
            var end = Math.Min(_next + Page, _names.Count);
            var found = new StoredMail?[end - _next];
            var moved = new Dictionary<string, int>(StringComparer.Ordinal);
            for (var i = 0; i < found.Length; i++)
            {
                var (bytes, isCur) = _names[_next + i];
                var name = Encoding.UTF8.GetString(bytes.Span);
                found[i] = Look(isCur ? cur : @new, name);
                if (found[i] is null)
                    moved.TryAdd(MailFileName.BaseOf(name), i);
            }

            if (moved.Count > 0 && cur is not null && @new is not null)
                Find(@new, cur, moved, found);
            mails.AddRange(found.OfType<StoredMail>());
            _next = end;
        }

        if (mails.Count == 0)
            _names.Clear();
        return mails;
    }

    private void Read(Descriptor box, string part)
    {
        using var directory = Posix.TryOpenDirectory(box, part);
        if (directory is null)
            return;
        using var entries = new DirectoryReader(directory);
        while (entries.MoveNext())
        {
            if (!MailFileName.IsMail(entries))
                continue;
            var seconds = MailNames.SecondsOf(entries.Name) ?? FileStatus.TryGet(directory, Encoding.UTF8.GetString(entries.Name))?.Modified.ToUnixTimeSeconds();
            if (seconds is { } arrival)
                _names.Add(entries.Name, part == MaildirTree.Cur, arrival);
        }
    }

    /// <summary>Those that are no longer where they were: their reader has moved them, or set other flags, or removed them.</summary>
    private void Find(Descriptor @new, Descriptor cur, Dictionary<string, int> moved, StoredMail?[] found)
    {
        for (var pass = 0; pass < Passes && moved.Count > 0; pass++)
        {
            var before = FileStatus.Of(cur).Modified;
            foreach (var directory in (ReadOnlySpan<Descriptor>)[@new, cur])
            {
                using var entries = new DirectoryReader(directory);
                while (moved.Count > 0 && entries.MoveNext())
                {
                    var name = Encoding.UTF8.GetString(entries.Name);
                    var unique = MailFileName.BaseOf(name);
                    if (moved.TryGetValue(unique, out var i) && Look(directory, name) is { } mail)
                    {
                        found[i] = mail;
                        moved.Remove(unique);
                    }
                }
            }

            if (FileStatus.Of(cur).Modified == before)
                break;
        }
    }

    private StoredMail? Look(Descriptor? directory, string name)
    {
        if (directory is null || FileStatus.TryGet(directory, name) is not { } status)
            return null;
        var unique = MailFileName.BaseOf(name);
        return new StoredMail(
            folder is null ? unique : $"{folder}/{unique}", MailFileName.SizeOf(unique) ?? status.Size, status.Modified, MailFileName.FlagsOf(name), folder);
    }
}
