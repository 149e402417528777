using System.Text;
using MailStore.Maildir.Interop;

namespace MailStore.Maildir.Reading;

/// <summary>
/// With which flags the mails of a box were last seen in <c>cur</c>, so that a whole mailbox can be opened mail by mail without reading the directory for each.
/// What it says is tried, never trusted. Immutable.
/// </summary>
internal sealed class KnownFlags
{
    private readonly Dictionary<ulong, string> _flags = [];

    private KnownFlags(string box) => Box = box;

    /// <summary>The directory above <c>cur</c>.</summary>
    public string Box { get; }

    /// <summary>Reads the directory.</summary>
    public static KnownFlags Read(Descriptor box, Descriptor cur)
    {
        var known = new KnownFlags(box.Path);
        var distinct = new Dictionary<string, string>(StringComparer.Ordinal);
        using var entries = new DirectoryReader(cur);
        while (entries.MoveNext())
        {
            var unique = MailFileName.BaseOf(entries.Name);
            if (unique.Length == entries.Name.Length)
                continue;
            var flags = Encoding.UTF8.GetString(entries.Name[unique.Length..]);
            if (!distinct.TryGetValue(flags, out var one))
                distinct.Add(flags, one = flags);
            known._flags[Hash(unique)] = one;
        }

        return known;
    }

    /// <summary>What the name ends in; null if that is not known.</summary>
    public string? Of(string name) => _flags.GetValueOrDefault(Hash(Encoding.UTF8.GetBytes(name)));

    // FNV-1a
    private static ulong Hash(ReadOnlySpan<byte> name)
    {
        var hash = 14695981039346656037UL;
        foreach (var b in name)
            hash = (hash ^ b) * 1099511628211UL;
        return hash;
    }
}
