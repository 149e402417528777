namespace MailStore.Sdk.Conformance;

/// <summary>The text of the contract of creators, as its documentation has it; what the cases check.</summary>
internal static class CreatorContract
{
    public const string Life = "StartAsync is called once, before any other call but the constructor; StopAsync once, after all other calls.";
    public const string Create = "CreateAsync sees to it that the user's record bears a complete allocation, and returns the record as it stands in the database now, with an allocation that counts, its own or another's; null if the user is gone.";
    public const string Settings = "What it writes to a record is the allocation: settings stay as they are in the database, also those that the administrator changes meanwhile.";
    public const string Once = "One allocation counts, however many deliveries and hosts ask for it at the same instant.";
    public const string Release = "An allocation of its own that lost is released, once, after a fresh read has shown that it can never count any more; one that counts never is.";
    public const string ReleaseFails = "A release that fails does not fail the creation.";
    public const string Unknown = "A write that threw or was cancelled has an unknown outcome; whoever made it reads again before deciding anything.";
    public const string Faults = "TemporaryFailureException: the user could not be allocated, or the database is out of reach. The next call goes on from what the record says. However a call ends, it holds no lock afterwards.";
    public const string Cancelled = "Cancellation gives the creation up. A creator that has allocated by then still finds out, by a fresh read, whether its write was done before it releases anything. It waits no longer for a lock, or for an allocation that heeds the token.";
    public const string Lock = "A lock is a courtesy, no proof: whoever holds it still writes by compare-and-set, since it may expire between two instructions.";
    public const string Requirements = "FindUnmet says what the user database lacks, what needs it, and what to do; a creator that cannot do without locks says so by it.";
}
