namespace MailStore.Host.Configuration;

/// <summary>Finds what somebody may have meant.</summary>
internal static class Suggestion
{
    /// <summary>The candidate that is at most two letters away from the word, the nearest first; or null.</summary>
    public static string? For(string word, IEnumerable<string> candidates) => candidates
        .Select(candidate => (candidate, Distance: Distance(word, candidate)))
        .Where(pair => pair.Distance <= 2 && pair.Distance < word.Length)
        .OrderBy(pair => pair.Distance)
        .Select(pair => pair.candidate)
        .FirstOrDefault();

    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var cost = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (one[i - 1] == other[j - 1] ? 0 : 1));
                (diagonal, row[j]) = (row[j], cost);
            }
        }

        return row[other.Length];
    }
}
