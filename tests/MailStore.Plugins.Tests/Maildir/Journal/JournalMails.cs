using System.Buffers;
using System.Text;
using MailStore.Maildir.Journal;
using MailStore.Maildir.Places;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Plugins.Tests.Maildir.Journal;

/// <summary>Mails for journals, and what comes back of them.</summary>
internal static class JournalMails
{
    public static MailJournal Open(FakeJournalDisk disk, FakeTimeProvider? clock = null) => new(disk, 0, 0, clock ?? new FakeTimeProvider(), NullLogger.Instance);

    public static MailRecord Record(string name) => new(
        "/srv/mail/\u00fc", "c1a1", ".Lists", name, new FileIdentity(42, 4_000_000_000), new Ownership(5000, 5001),
        new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), new DateTimeOffset(2026, 1, 2, 3, 4, 6, TimeSpan.Zero), IsCounted: true);

    public static JournalEntry Entry(string name, string content = "Subject: x\n\nhello\n")
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        return new JournalEntry(Record(name), bytes.AsMemory(0, bytes.Length / 3), new ReadOnlySequence<byte>(bytes.AsMemory(bytes.Length / 3)));
    }

    /// <summary>All that a start after a crash would find, name and contents.</summary>
    public static List<(string Name, string Content)> Read(FakeJournalDisk disk) =>
    [
        .. Enumerable.Range(0, 2).Select(file => new JournalReader(disk, file)).OrderBy(file => file.Header?.Order)
            .SelectMany(file => file.Read().ToList()).Select(mail => (mail.Record.Name, Encoding.UTF8.GetString(mail.ReadContent()))),
    ];

    public static List<string> Names(FakeJournalDisk disk) => [.. Read(disk).Select(mail => mail.Name)];

    /// <summary>Polls: the journal has a thread of its own.</summary>
    public static void Await(Func<bool> condition, string what) =>
        Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(60)), what);
}
