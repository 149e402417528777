using Amazon.S3.Model;

namespace MailStore.S3.Keys;

/// <summary>
/// What stands where a delivery was withdrawn: an empty object, of another size than its key tells, so that readers pass over it. It is of use as long as
/// a request of the delivery may still come, and find the key taken.
/// </summary>
internal static class WithdrawnObject
{
    public const string ContentType = "application/x-mailstore-withdrawn";

    // far beyond what a request lives in any network or server
    private static readonly TimeSpan Use = TimeSpan.FromDays(1);

    /// <summary>What to put at the key of a mail: nothing, and one byte where the mail has none.</summary>
    public static string ContentFor(string key) => key.EndsWith("_S0.eml", StringComparison.Ordinal) ? "-" : "";

    /// <summary>Whether an object of a listing is one.</summary>
    public static bool Is(Place place, S3Object found) =>
        MailKey.Parse(found.Key[place.Prefix.Length..]) is { } key && found.Size == (key.Size == 0 ? 1 : 0);

    /// <summary>Whether it is of no use any longer.</summary>
    public static bool IsNeedless(S3Object found, TimeProvider clock) => found.LastModified?.ToUniversalTime() < clock.GetUtcNow().UtcDateTime - Use;
}
