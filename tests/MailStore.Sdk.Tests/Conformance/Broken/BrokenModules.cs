using MailStore.Sdk.Conformance;
using static MailStore.Sdk.Tests.Conformance.BrokenModule;

namespace MailStore.Sdk.Tests.Conformance;

/// <summary>Every way to break the contract that the kit is to find.</summary>
internal static class BrokenModules
{
    public static IReadOnlyList<BrokenModule> Agents { get; } =
    [
        Mailbox("acknowledges before it writes", (home, quota) => new BrokenMailboxes.AcknowledgesFirst(home, quota), "delivery: an acknowledged mail is there", "ListAsync lists no such id", Anything),
        Mailbox("drops the last line without a newline", (home, quota) => new BrokenMailboxes.Transforming(home, quota, BrokenMailboxes.DropLastLine), "delivery: a mail without a final newline", "gives the size", Anything),
        Mailbox("loses the eighth bit", (home, quota) => new BrokenMailboxes.Transforming(home, quota, BrokenMailboxes.LoseEighthBit), "delivery: a mail with bytes that are no UTF-8", "where \"\\xFC\\xDFe", Anything),
        Mailbox("reads mails as strings", (home, quota) => new BrokenMailboxes.Transforming(home, quota, BrokenMailboxes.ThroughAString), "delivery: a mail with all bytes from 0 to 255", "gives the size", Anything),
        Mailbox("unstuffs dots again", (home, quota) => new BrokenMailboxes.Transforming(home, quota, BrokenMailboxes.UnstuffDots), "delivery: a mail with lines that start with dots", "gives the size", Anything),
        Mailbox("quotes 'From ' and does not undo it", (home, quota) => new BrokenMailboxes.Transforming(home, quota, BrokenMailboxes.QuoteFrom), "delivery: a mail with lines that look like an mbox", "gives the size", Anything),
        Mailbox("mends carriage returns", (home, quota) => new BrokenMailboxes.Transforming(home, quota, BrokenMailboxes.MendLineEnds), "delivery: a mail with bare carriage returns", "is not read back as it was delivered", Anything),
        Mailbox("stores CR LF", (home, quota) => new BrokenMailboxes.StoresCrLf(home, quota), "delivery: a mail in MIME", "lines ended by LF", Anything),
        Mailbox("uses an id again", (home, quota) => new BrokenMailboxes.ReusesIds(home, quota), "delivery: the same mail twice", "was given to 2 mails", Anything),
        Mailbox("gives an id that is not the mail's", (home, quota) => new BrokenMailboxes.TellsAnotherId(home, quota), "delivery: a mail is found by its id", "lists no mail with this id", Anything),
        Mailbox("loses the time of arrival", (home, quota) => new BrokenMailboxes.LosesTheArrival(home, quota), "delivery: the time of arrival", "is listed as one that arrived at", Anything),
        Mailbox("leaves streams open", (home, quota) => new BrokenMailboxes.LeavesStreamsOpen(home, quota), "delivery: closes the streams that it opened", "undisposed", Anything),
        Mailbox("reads the mail when it is stored", (home, quota) => new BrokenMailboxes.ReadsLater(home, quota), "delivery: reads nothing after its end", "after DeliverAsync had given Stored", Anything),
        Mailbox("shows half a mail", (home, quota) => new BrokenMailboxes.ShowsHalf(home, quota), "delivery: a mail whose stream breaks off", "whose DeliverAsync gave TemporaryFailure", Anything),
        Mailbox("takes a mail that was cut", (home, quota) => new BrokenMailboxes.TakesCutMails(home, quota), "delivery: a mail whose stream ends too early", "but the mail is not whole", Anything),
        Mailbox("blocks for ever", (home, quota) => new BrokenMailboxes.BlocksForEver(home, quota), "delivery: an acknowledged mail is there", "DeliverAsync of an ordinary mail (no. 1 of 5) did not come to an end", Anything),
        Mailbox("ignores cancellation", (home, quota) => new BrokenMailboxes.IgnoresCancellation(home, quota), "cancellation: is heeded soon", "after its cancellation, did not come to an end", Anything),
        Mailbox("stores after a cancellation", (home, quota) => new BrokenMailboxes.StoresAfterCancellation(home, quota), "cancellation: what was given up never comes", "whose DeliverAsync threw TaskCanceledException", Anything),
        Mailbox("lets one fault fail the batch", (home, quota) => new BrokenMailboxes.OneFaultFailsAll(home, quota), "at once: a faulty mail fails no other", "the batch failed", Anything),
        Mailbox("counts a mail too late for its quota", (home, quota) => new BrokenMailboxes.CountsTooLate(home, quota), "quota: many mails at once never exceed it", "with room for 10", Anything),
        Mailbox("counts mails that it refused", (home, quota) => new BrokenMailboxes.RefusedTakesRoom(home, quota), "quota: a smaller mail goes after one too large", "gave OverQuota", Anything),
        Mailbox("opens paths for ids", (home, quota) => new BrokenMailboxes.LeadsOut(home, quota), "reading: ids that are none", "opened something that is not in it", Anything),
        Mailbox("lists the newest first", (home, quota) => new BrokenMailboxes.ListsNewestFirst(home, quota), "reading: in the order of arrival", "are listed in the order", Anything),
        Mailbox("removes nothing", (home, quota) => new BrokenMailboxes.RemovesNothing(home, quota), "removal: all mail is gone", "still lists 6 mail(s)", Anything),
        Mailbox("cannot remove what is gone", (home, quota) => new BrokenMailboxes.RemovesOnce(home, quota), "removal: again does nothing", "RemoveAllAsync threw DirectoryNotFoundException", Anything),
        Agent("finds fault with what is right", context => new BrokenInspections.FindsTooMuch(context), "inspection: what is right has no finding", "with whom all is right", "inspection: "),
        Agent("sees no orphans", context => new BrokenInspections.SeesNoOrphans(context), "inspection: mail of nobody is told and stays", "told nothing of the mail", "inspection: "),
        Agent("removes orphans with their mail", context => new BrokenInspections.RemovesMail(context), "inspection: mail of nobody is told and stays", "ListAsync", "inspection: "),
        Agent("repairs unasked", context => new BrokenInspections.RepairsUnasked(context), "inspection: a place of nobody is told, then goes", "though nobody asked for it", "inspection: "),
        Agent("cannot allocate twice", context => new BrokenAgents.AllocatesOnce(context), "allocation: twice, one after the other", "threw InvalidOperationException: alice@example.org exists already", Anything),
        Agent("gives an allocation an id of its own", context => new BrokenAgents.ForgetsItsId(context), "allocation: bears id, instance and form", "make it by AllocationContext.Complete", Anything),
        Agent("lets a later user inherit", context => new BrokenAgents.InheritsMail(context), "allocation: a name added again inherits nothing", "it is a mail of the earlier user of this name", Anything),
        Agent("releases the winner's", context => new BrokenAgents.ReleasesTheWinners(context), "release: a loser takes nothing from the winner", "but nothing stands in its way", Anything),
        Agent("removes mail in a release", context => new BrokenAgents.ReleaseRemovesMail(context), "release: removes nothing that holds mail", "lists no such id", Anything),
        Agent("cannot release twice", context => new BrokenAgents.ReleasesOnce(context), "release: twice does nothing", "ReleaseAsync threw DirectoryNotFoundException", Anything),
        Agent("makes directories of names", context => new BrokenAgents.NamesLeadOut(context), "names: that lead upwards", "outside of the data directory", Anything),
        Agent("takes two users for one by their letter case", context => new BrokenAgents.IgnoresCase(context), "names: in letter case", "that must not be there", Anything),
        Agent("makes a directory when it parses", context => new BrokenAgents.ParseMakesTheDirectory(context), "parse: touches nothing", "Parse touched the disk", Anything),
        Agent("throws when it parses garbage", context => new BrokenAgents.ParseThrows(context), "parse: an allocation without its values", "threw KeyNotFoundException", Anything),
        Agent("reads no form", context => new BrokenAgents.ForgetsForms(context), "parse: an allocation of a later form", "look at Allocation.Form", Anything),
        Agent("delivers without an allocation", context => new BrokenAgents.ReadyTooEarly(context), "parse: a new user is incomplete", "gave Ready", Anything),
        Agent("dies when it was never started", context => new BrokenAgents.DiesUnstarted(context), "life: constructed, and never started", "threw NullReferenceException", Anything),
        Agent("depends on its stop", context => new BrokenAgents.DependsOnStop(context), "life: nothing depends on the stop", "lists no such id", Anything),
    ];
}
