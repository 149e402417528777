namespace MailStore.Sdk.Conformance;

/// <summary>The text of the contract of user databases, as its documentation has it; what the cases check.</summary>
internal static class UserContract
{
    public const string Find = "FindAsync returns the record as stored, or null if there is no such user.";
    public const string Names = "Names are compared ordinally. A name has at most 320 characters (RFC 5321, 4.5.3.1) and may hold any character but NUL.";
    public const string Text = "Text comes back as it was written: any Unicode but NUL, empty values, line ends and control characters included; nothing is trimmed or normalised.";
    public const string Add = "TryAddAsync returns the record as stored, with its version; null if the name is taken. The given version is ignored.";
    public const string Replace = "TryReplaceAsync is a compare-and-set on the version: it returns the record as stored, with its new version; null if the record has another version now, or is gone.";
    public const string Remove = "TryRemoveAsync is a compare-and-set on the version: whether it was removed; false if the record has another version now, or is gone.";
    public const string Version = "A version is positive once stored, and set at each write. A database never uses a version twice for a name, not even after the user was removed and added again. That a version is greater than an older one is promised.";
    public const string Reads = "Reads see every write that returned before they began.";
    public const string List = "ListAsync lists users, streaming, in ordinal order of their names. Users who come or go meanwhile may or may not be seen; all others are seen once. With a prefix: only names that start so (ordinal).";
    public const string Cancelled = "A write that threw or was cancelled has an unknown outcome; whoever made it reads again before deciding anything.";
    public const string Apart = "A call that is cancelled, or given what the database cannot store, fails no other call that is under way.";
    public const string Durable = "A write that returned is durable. All that was acknowledged is durable already: nothing may depend on StopAsync.";
    public const string Life = "StartAsync is called once, before any other call but the constructor; what was opened is closed again when the start is given up. StopAsync is called once, after all other calls, also when StartAsync failed half-way.";
    public const string OneOwner = "A database that is not shared belongs to one instance at a time: a second StartAsync over the same place throws TemporaryFailureException or ModuleConfigurationException, and the place is free again when the first one was stopped or its process has died.";
    public const string Lock = "LockAsync waits until nobody else holds the lock of this name, and takes it. The user need not exist. Names are compared ordinally.";
    public const string LockCancelled = "Cancellation gives up waiting; the lock is then not held.";
    public const string LockDisposed = "Disposing a lock lets go; disposing twice, or after it was lost, does nothing.";
    public const string Lost = "Lost is cancelled as soon as the holder can know that the lock expired or was taken from it, and never while it is surely held. It stays usable after disposal.";
    public const string Lease = "At most a lease after its holder died (killed, powered off, cut off) the lock of a user is free again.";
    public const string Next = "NextAsync gives 1 first, then rising numbers. Durable before it returns: no number comes twice. Gaps are allowed.";
    public const string Counters = "GetCountersAsync tells how far the database has counted: all that was given before the call is in it.";
    public const string Raise = "After RaiseCountersAsync every version and number that is given is greater. What has counted further already, and each sequence that is not named, goes on as it is. Durable before it returns.";
    public const string Shared = "Several hosts may have a shared database open at once: what one writes the others see, versions, locks and sequences count for all of them.";
}
