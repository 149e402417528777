using MailStore.Benchmarks.Restarts;

namespace MailStore.EndToEnd.Tests.Restarts;

/// <summary>Holds all Maildirs of a place against what clients were told.</summary>
internal static class StoredMails
{
    private const string Id = "Message-ID: ";

    /// <summary>Each mail that was acknowledged is there once, in its user's Maildir, and no other is there.</summary>
    public static void AreExactly(MtaTally tally, TestPlace place)
    {
        var told = tally.Stored.Select(mail => (mail.Recipient, mail.Id)).ToHashSet();
        var found = tally.Stored.Select(mail => mail.Recipient).Distinct()
            .SelectMany(user => StoredMaildir.Files(place.MaildirOf(user)).Select(file => (user, IdOf(file)))).ToList();
        var stored = found.ToHashSet();
        Assert.Empty(told.Except(stored)); // lost
        Assert.Empty(stored.Except(told)); // stored, and the client was not told
        Assert.Equal(stored.Count, found.Count); // doubled
        Assert.Equal(told.Count, Directory.EnumerateFiles(place.DataDirectory, "*,S=*", SearchOption.AllDirectories).Count());
    }

    private static string IdOf(string file) => File.ReadLines(file).First(line => line.StartsWith(Id, StringComparison.Ordinal))[Id.Length..];
}
