namespace MailStore.Sdk.Conformance;

/// <summary>
/// What is asked of storage formats, in the words of the SDK's documentation. A test of the SDK compares the two, so that no case asks for what no author was told.
/// </summary>
internal static class AgentRequirements
{
    public const string ParseIsPure = "Pure and fast (microseconds): touches no disk and no network, changes nothing.";
    public const string ParseIsKept = "The host keeps the result for as long as the record's version stays the same.";
    public const string NewIsNotReady = "A record without an allocation is never ready: the allocation says whose mail is whose.";
    public const string SenselessIsNoFault =
        "A record that makes no sense, such as one with an allocation that lacks values or has a form of a later version, is invalid or incomplete, and no reason to throw.";

    public const string AllocationMakesReady = "Makes what is missing so that a parse of the record with the returned allocation is Ready.";
    public const string AllocationIsDurable = "All that it made is durable before it returns.";
    public const string AllocationId = "Tells this attempt from every other one, for the same user too.";
    public const string TwoHostsAllocate =
        "Two hosts may call it for the same user at once, even for the same place: both calls succeed, and the creator decides by the allocation's id whose result counts.";
    public const string DeadHostStopsNothing = "A host that dies half-way leaves nothing that stops the next try.";
    public const string CancelledAllocation = "Gives the call up; then nothing is left that stops a later try.";
    public const string NothingIsInherited = "A name that was removed and added again never inherits the mail of the earlier user; Version tells the two apart.";

    public const string ReleaseTakesNothing = "Removes nothing that current refers to and nothing that holds mail.";
    public const string ReleaseTwice = "Called again for the same allocation it does nothing.";

    public const string StoredIsAPromise = "Stored is a promise: the mail is whole and survives a power cut.";
    public const string NotStoredIsNeverSeen = "Every other result, and an exception, means that no reader will ever see the mail.";
    public const string UnreadableIsNotStored =
        "A mail that cannot be read to its end (its stream throws IOException, or ends before Size: the host lost its spool file) is not stored.";
    public const string CallsDoNotHarm = "Mails of several calls may be made durable together; the cancellation or failure of one call never fails another.";
    public const string MailboxIsThreadSafe = "Thread-safe: the host delivers many mails into it at once.";
    public const string ReadUntilComplete = "The mail; it may be read until the returned task is complete, not longer.";
    public const string CallerDisposes = "The caller disposes it.";
    public const string CancelledBeforeCommit = "Heeded up to the commit point: then OperationCanceledException, and nothing is left.";
    public const string StoredId = "When stored: the id by which the mailbox knows the mail, as Id; for Maildir the file's name.";
    public const string FolderUsed = "When stored: the folder that was used; null for the inbox.";
    public const string FolderFromOutside = "From outside: a module that has no folders, or none that can have this name, stores the mail in the inbox.";
    public const string Transaction = "The same for all recipients of one mail, another one for each mail: so that a module may store their content once.";
    public const string Quota = "However many mails come at once on one host, together they never exceed it; a mail that was refused or not stored takes no room.";
    public const string UsageAsQuota = "Tells how much the mailbox holds, by the same count that its quota goes by.";
    public const string UsageCount = "The number of its mails.";

    public const string NamesAreOrdinal =
        "Names are compared ordinally: two that differ at all, if in letter case only, are two users, and neither ever sees the other's mail.";
    public const string NameFromOutside = "From outside: may hold any character but NUL.";

    public const string ReadAsDelivered = "The mail as it was delivered, added headers first, lines ended by LF; null if there is no such mail (any more).";
    public const string ListOrder = "Lists the mails in the order in which they arrived (to the second), folder by folder, the inbox first.";
    public const string ListIsWhole = "Mails that come or go meanwhile may or may not be seen; all others are seen once.";
    public const string HalfIsNeverSeen = "Half-delivered mails are never seen.";
    public const string IdStays = "Unique in the mailbox, the same for as long as the mail is there.";
    public const string IdFromOutside = "From outside: an id that is none never leads out of the mailbox.";
    public const string Arrival = "When it was delivered; to the second at least.";
    public const string Flags = "A mail that nobody touched has none.";

    public const string ImportKeeps =
        "Stores mails as they are, to the byte, with nothing added, and with the Folder, the Flags and the Arrival that they are handed over with, as far as the mailbox keeps them.";
    public const string ImportAsDelivery = "What is said of a result of DeliverAsync holds for each of them. The failure of one mail fails no other.";
    public const string ImportIsThreadSafe = "Thread-safe, also beside deliveries and readers.";
    public const string ImportIsDurable = "What a call says that it did is durable when it comes back.";
    public const string ImportQuota = "No quota refuses an imported mail, but the usage of the mailbox counts it.";
    public const string ImportFolder = "A folder that is missing is made. A mail for one that no folder can have the name of goes to the inbox, and the result says so.";
    public const string ImportDetail = "Detail has no meaning here.";
    public const string ImportOrder =
        "Mails of one folder with the same arrival are listed in the order of the call, and behind those of calls that came back before it began.";
    public const string ImportSize = "A call has up to 256 mails, and more than 16 MB of them only if it is one mail.";
    public const string CancelledImport =
        "If it came too late for all or some of the mails, these have their true results, and the others TemporaryFailure; else OperationCanceledException, and none of them is left.";

    public const string CreatesFolder = "Makes a folder where it is missing.";
    public const string FolderIsThere = "Whether mails that are imported into a folder of this name come to be in it.";
    public const string KeepsFolders = "A mailbox that implements IMailboxImport too keeps what TryCreateFolderAsync has made, also without mail.";
    public const string NamesFolders = "Names all folders but the inbox, those without mail among them, in any order.";
    public const string SetsFlags = "Sets the flags of a mail to these and no others, as far as the mailbox keeps them. The mail keeps its id and its place in the list.";
    public const string RemovesOne = "Removes one mail for good; the usage of the mailbox counts it no more.";
    public const string NoSuchMail = "False if there is no such mail (any more).";

    public const string RemovesAll = "Removes all mail of the user and all that was allocated for him.";
    public const string RemovesAgain = "does nothing where nothing is left.";
    public const string RemovesOwnOnly = "Never removes what lies outside of the user's own place.";
    public const string CancelledRemoval = "Gives the call up; what is left stays until it is called again.";

    public const string RightHasNoFinding = "A user whose storage is all right has no finding.";
    public const string UnderWayIsNoFinding = "Called while mail is delivered and users are allocated, here and by other hosts: what may be under way is no finding.";
    public const string OrphansGoWithoutMail = "With Repair, what holds no mail is removed; what holds mail is told, and stays as it is.";
    public const string RepairKeepsMail = "Whatever it mends, it never removes a mail.";

    public const string StartsOnce = "Called once, before any other call but the constructor.";
    public const string StopsAlsoAfterFailure = "Called once, after all other calls have come back or were given up, also when StartAsync failed half-way.";
    public const string StartGivenUp = "Cancelled when the start is given up; what was opened must then be closed again.";
    public const string NothingDependsOnStop = "All that was acknowledged is durable already: nothing may depend on this call.";
    public const string StopWaitsNoLonger = "Cancelled when the server will wait no longer.";
    public const string DisposedAfterStop = "A module may implement IAsyncDisposable or IDisposable besides; that is called after StopAsync.";
    public const string Health = "Looks whether the module could serve a call now: a database answers, a root directory is mounted.";
    public const string AgentIsThreadSafe = "Thread-safe: one instance serves all users of [mda.NAME].";
}
