using System.Collections.Immutable;
using System.Text;
using MailStore.Sdk;

namespace MailStore.Postgres.Users;

/// <summary>What a record must be so that the database gives it back as it was.</summary>
internal static class UserGuard
{
    private const int MaxCharacters = 1 << 20;

    /// <summary>Whether there can be a user of this name.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= UserKey.MaxLength && IsText(name);

    /// <exception cref="ArgumentException">The database could not give it back as it is.</exception>
    public static void Check(UserRecord user)
    {
        ArgumentNullException.ThrowIfNull(user);
        if (user.Name.Length is 0 or > UserKey.MaxLength)
            throw new ArgumentException($"a user's name has 1 to {UserKey.MaxLength} characters, this one {user.Name.Length}: '{user.Name}'", nameof(user));
        var characters = Check(user, user.Name) + Check(user, user.Settings);
        if (user.Allocation is { } allocation)
            characters += Check(user, allocation.Id) + Check(user, allocation.Mda) + Check(user, allocation.Values);
        if (characters > MaxCharacters)
            throw new ArgumentException($"the record of user '{user.Name}' has {characters} characters; {MaxCharacters} are allowed", nameof(user));
    }

    private static long Check(UserRecord user, ImmutableSortedDictionary<string, string> pairs) =>
        pairs.Sum(pair => Check(user, pair.Key) + Check(user, pair.Value));

    private static long Check(UserRecord user, string text) => IsText(text)
        ? text.Length
        : throw new ArgumentException($"the record of user '{user.Name}' holds text that PostgreSQL cannot store (a NUL, or an unpaired surrogate); write it anew", nameof(user));

    private static bool IsText(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\0')
                return false;
            if (!char.IsSurrogate(text[i]))
                continue;
            if (Rune.TryGetRuneAt(text, i, out _))
                i++;
            else
                return false;
        }

        return true;
    }
}
