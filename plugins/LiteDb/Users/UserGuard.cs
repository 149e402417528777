using System.Collections.Immutable;
using System.Text;
using MailStore.Sdk;

namespace MailStore.LiteDb.Users;

/// <summary>What a record must be so that the database gives it back as it was. Checked before it is queued, so that it can fail nobody else's write.</summary>
internal static class UserGuard
{
    private const int MaxCharacters = 1 << 20;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    public static void Check(UserRecord user)
    {
        ArgumentNullException.ThrowIfNull(user);
        if (user.Name.Length is 0 or > UserKey.MaxLength)
            throw new ArgumentException($"a user's name has 1 to {UserKey.MaxLength} characters, this one {user.Name.Length}: '{user.Name}'", nameof(user));

        var characters = Check(user, user.Settings);
        if (user.Allocation is { } allocation)
            characters += Check(user, allocation.Id) + Check(user, allocation.Mda) + Check(user, allocation.Values);
        if (characters > MaxCharacters)
            throw new ArgumentException($"the record of user '{user.Name}' has {characters} characters; {MaxCharacters} are allowed", nameof(user));
    }

    private static long Check(UserRecord user, ImmutableSortedDictionary<string, string> pairs) =>
        pairs.Sum(pair => Check(user, pair.Key) + Check(user, pair.Value));

    private static long Check(UserRecord user, string text)
    {
        try
        {
            _ = Strict.GetByteCount(text);
            return text.Length;
        }
        catch (EncoderFallbackException e)
        {
            throw new ArgumentException($"the record of user '{user.Name}' holds text that is no Unicode (an unpaired surrogate at {e.Index}); write it anew", nameof(user), e);
        }
    }
}
