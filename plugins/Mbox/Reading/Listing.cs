using MailStore.Mbox.Delivery;
using MailStore.Mbox.Format;
using MailStore.Mbox.Interop;
using MailStore.Mbox.Locks;
using MailStore.Sdk;

namespace MailStore.Mbox.Reading;

/// <summary>
/// A listing under way: some mails at a time, each time with the file locked, and free for others in between. Where another program has rewritten the file meanwhile, it is
/// gone through anew, and what was listed before is passed over. Keeps some bytes for each mail that was listed, and nothing else.
/// </summary>
internal sealed class Listing(Whereabouts whereabouts)
{
    private const int FirstPage = 32;
    private const int Page = 1000;
    private const long MaxBytes = 32 << 20;

    private readonly Dictionary<long, int> _seen = [];
    private FileStatus? _file;
    private long _end;
    private MailHead? _last;
    private long _next;

    public bool IsOver { get; private set; }

    /// <summary>Reads the next ones.</summary>
    public List<StoredMail> Read(LockedFile? file, BoxState? known)
    {
        var page = new List<StoredMail>();
        if (file is null)
        {
            IsOver = true;
            return page;
        }

        var end = known is not null ? file.Status.Size : file.Status == _file ? _end : TailCheck.Find(file.Handle, file.Status.Size).End;
        using var window = new FileWindow(file.Handle);
        var isAnew = !IsSame(file.Status, window, end);
        var from = isAnew ? 0 : _next;
        var size = _file is null ? FirstPage : Page;
        (_file, _end) = (file.Status, end);
        // what was listed before comes first; to pass it over is no page
        var begin = from;
        while (page.Count < size && from - begin < MaxBytes && MailFinder.FindFrom(window, from, end) is { } head)
        {
            var entry = MailEntry.Read(window, head, end);
            (from, _last) = (entry.End, head);
            if (isAnew && _seen.ContainsKey(Key(entry.Name)))
            {
                begin = from;
                continue;
            }

            isAnew = isAnew && _seen.Count > 0;
            var number = _seen[Key(entry.Name)] = _seen.GetValueOrDefault(Key(entry.Name)) + 1;
            var id = new MailId(entry.Name, number).ToString();
            whereabouts.Note(id, head.Start);
            page.Add(new StoredMail(id, entry.Size, head.Arrival, entry.Flags, Folder: null));
        }

        _next = from;
        IsOver = page.Count < size && from - begin < MaxBytes;
        return page;
    }

    private bool IsSame(FileStatus status, FileWindow file, long end)
    {
        if (_file is not { } before || !status.IsSame(before) || _next > end)
            return false;
        if (status == before)
            return true;
        // mails have come, or flags were written, or mails are gone: then something else stands where the last one was
        return _last is null
            ? _next == 0
            : MailHead.Read(file, _last.Start, end) is { } last && last.Content == _last.Content && last.Date == _last.Date && last.Marker?.Id == _last.Marker?.Id
                && MailFinder.EndOf(file, last, end) == _next;
    }

    // names are hexadecimal digits of a hash or of a random number
    private static long Key(string name) => name.Aggregate(0L, static (key, c) => (key * 1_000_003) + c);
}
