using System.Text.Json;
using MailStore.Host.Admin;

namespace MailStore.EndToEnd.Tests.Moving;

/// <summary>Holds what is stored against what was acknowledged: each mail once, whole, with its flags and its arrival.</summary>
internal sealed class MoveAudit(TestPlace place, IReadOnlyList<string> users)
{
    // to the second, as all formats keep it
    private Dictionary<(string User, string Id), (long Arrival, string Flags)> _seen = [];

    /// <summary>Reads all mails of all users.</summary>
    /// <param name="mda">Where all of them must be.</param>
    /// <param name="taken">What was acknowledged.</param>
    /// <param name="unsure">What may be there once more.</param>
    public async Task CheckAsync(string mda, IReadOnlyCollection<(string User, string Id)> taken, IReadOnlyCollection<(string User, string Id)>? unsure = null)
    {
        var mayBeTwice = (unsure ?? []).ToHashSet();
        var found = new List<(string User, string Id)>();
        var seen = new Dictionary<(string User, string Id), (long Arrival, string Flags)>();
        var records = (await place.RunAsync("user", "list", "--json")).Succeeded().Output.Trim().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.All(records, record => Assert.Equal(mda, record.GetProperty("mda").GetString()));
        Assert.All(records, record => Assert.False(record.TryGetProperty("moving", out _), record.ToString()));
        await Parallel.ForEachAsync(users, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (user, _) =>
        {
            var mails = await ReadAsync(user);
            lock (found)
            {
                foreach (var (id, arrival, flags) in mails)
                {
                    found.Add((user, id));
                    seen[(user, id)] = (arrival, flags);
                }
            }
        });

        Assert.Empty(taken.Except(found)); // lost
        Assert.Empty(found.Except(taken).Except(mayBeTwice)); // never acknowledged
        var twice = found.GroupBy(mail => mail).Where(group => group.Count() > 1).Select(group => group.Key).ToList();
        Assert.Empty(twice.Except(mayBeTwice)); // doubled
        Assert.All(_seen, before => Assert.Equal((before.Key, before.Value), (before.Key, seen[before.Key])));
        _seen = seen;
    }

    /// <summary>By the server that runs: a program a user would take longer than the moves.</summary>
    private async Task<List<(string Id, long Arrival, string Flags)>> ReadAsync(string user)
    {
        using var server = new AdminClient(Path.Combine(place.DataDirectory, "admin.sock"));
        var mails = new List<(string Id, long Arrival, string Flags)>();
        await foreach (var mail in server.ListMailAsync(user, CancellationToken.None))
        {
            using var content = new MemoryStream();
            await server.CopyMailAsync(user, mail.Id, content, CancellationToken.None);
            mails.Add((SentMail.IdOf(user, content.ToArray()), mail.Arrival.ToUnixTimeSeconds(), mail.Flags));
        }

        return mails;
    }

    /// <summary>No storage holds anything that belongs to nobody.</summary>
    public async Task IsCleanAsync() => Assert.Equal("", (await place.RunAsync("doctor")).Succeeded().Output);
}
