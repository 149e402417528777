using System.Collections.Concurrent;

namespace MailStore.Sdk.Conformance;

/// <summary>All versions of one name that were ever seen, with what they held: a version stands for one content for ever. Thread-safe.</summary>
internal sealed class VersionLog
{
    private readonly ConcurrentDictionary<long, UserRecord> _seen = [];

    public long Greatest => _seen.IsEmpty ? 0 : _seen.Keys.Max();

    public void Note(UserRecord record)
    {
        Expect.That(record.Version > 0, $"a stored record has version {record.Version}; wanted a positive one");
        var first = _seen.GetOrAdd(record.Version, record);
        Expect.That(Samples.SameContent(first, record), $"version {record.Version} was used twice: for {Samples.Show(first)}, and for {Samples.Show(record)}");
    }
}
