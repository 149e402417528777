namespace MailStore.Host.Configuration;

/// <summary>Finds what an administrator who mistyped a word may have meant.</summary>
internal static class Suggestion
{
    private const int LongestWord = 64;

    /// <summary>
    /// The candidate nearest to a word by edits (a letter too many, missing, wrong, or swapped with its neighbour), or null when none is near.
    /// </summary>
    /// <remarks>Letter case, <c>-</c> and <c>_</c> do not count. Of candidates equally near the first one wins.</remarks>
    public static string? For(string word, IEnumerable<string> candidates)
    {
        if (word.Length is 0 or > LongestWord)
            return null;
        var wanted = Plain(word);
        var limit = wanted.Length switch { <= 2 => 1, <= 8 => 2, _ => 3 };
        string? best = null;
        foreach (var candidate in candidates)
        {
            if (Math.Abs(candidate.Length - word.Length) > limit + 2 || candidate == word)
                continue;
            var distance = Distance(wanted, Plain(candidate));
            if (distance > limit || distance >= wanted.Length)
                continue;
            best = candidate;
            limit = distance - 1;
            if (limit < 0)
                break;
        }

        return best;
    }

    /// <summary>The end of a sentence: <c>; did you mean 'path'?</c>, or nothing.</summary>
    public static string Ask(string word, IEnumerable<string> candidates) => For(word, candidates) is { } meant ? $"; did you mean '{meant}'?" : "";

    private static string Plain(string word) =>
        word.Replace("-", "", StringComparison.Ordinal).Replace("_", "", StringComparison.Ordinal).ToLowerInvariant();

    /// <summary>The optimal string alignment distance, by three rolling rows.</summary>
    private static int Distance(string a, string b)
    {
        var before = new int[b.Length + 1];
        var above = new int[b.Length + 1];
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            above[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                row[j] = Math.Min(Math.Min(above[j] + 1, row[j - 1] + 1), above[j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    row[j] = Math.Min(row[j], before[j - 2] + 1);
            }

            (before, above, row) = (above, row, before);
        }

        return above[b.Length];
    }
}
