using MailStore.Sdk.Conformance;

namespace MailStore.Sdk.Tests.Conformance;

/// <summary>A module that offers nothing beyond the core of the contract is judged by that.</summary>
public sealed class FewAbilitiesTests
{
    private static readonly AgentUnderTest Blind = AgentUnderTest.Of<ShelfOptions>((_, context) => new BlindAgent(context));
    private static readonly AgentUnderTest Lonely = AgentUnderTest.Of<ShelfOptions>((_, context) => new ShelfAgent(context), isShared: false);

    [Theory]
    [InlineData("delivery: an empty mail", "the mailbox cannot be read back (IReadableMailbox)")]
    [InlineData("reading: the ids stay", "the mailbox cannot be read back (IReadableMailbox)")]
    [InlineData("removal: all mail is gone", "the mailbox cannot be removed with its mail (IMailboxRemoval)")]
    [InlineData("import: a full call", "nothing can be imported into the mailbox (IMailboxImport)")]
    [InlineData("flags: are set and taken away", "nothing can be imported into the mailbox (IMailboxImport)")]
    [InlineData("removing: one mail, and no other", "nothing can be imported into the mailbox (IMailboxImport)")]
    [InlineData("extras: folders without mail are named", "the mailbox does not name its folders (IMailboxExtras)")]
    [InlineData("usage: grows with each mail", "the mailbox does not tell how much it holds (IMailboxUsage)")]
    [InlineData("quota: is each user's own", "the kit was told no setting by which it can limit a mailbox (AgentUnderTest.HasQuota)")]
    [InlineData("inspection: what is right has no finding", "the module cannot inspect its storage (IStorageInspection)")]
    [InlineData("life: it says that it is well", "the module does not say whether it is well (IModuleHealth)")]
    public async Task What_is_not_offered_is_not_asked_for(string name, string remark) =>
        Assert.Equal(ConformanceVerdict.NotOffered(remark), await ConformanceKit.Agents.RunAsync(name, Blind));

    [Theory]
    [InlineData("allocation: twice, one after the other")]
    [InlineData("release: twice does nothing")]
    [InlineData("delivery: an id is never given again")]
    [InlineData("at once: many mails into one mailbox")]
    [InlineData("at once: a faulty mail fails no other")]
    [InlineData("cancellation: is heeded soon")]
    [InlineData("sequences: whatever is done, no mail is lost")]
    public async Task What_can_be_seen_without_reading_counts(string name) =>
        Assert.Equal(ConformanceVerdict.Kept, await ConformanceKit.Agents.RunAsync(name, Blind));

    [Theory]
    [InlineData("allocation: many at once on two hosts")]
    [InlineData("at once: two hosts into one mailbox")]
    [InlineData("life: nothing depends on the stop")]
    public async Task A_storage_of_one_owner_is_not_opened_twice(string name) =>
        Assert.Equal(
            ConformanceVerdict.NotOffered("the storage has one owner at a time: two hosts cannot be tried"), await ConformanceKit.Agents.RunAsync(name, Lonely));

    [Fact]
    public async Task A_storage_of_one_owner_has_its_random_sequences_on_one_host() =>
        Assert.Equal(ConformanceVerdict.Kept, await ConformanceKit.Agents.RunAsync("sequences: whatever is done, no mail is lost", Lonely));

    private sealed class BlindAgent(ModuleContext context) : ShelfAgent(context)
    {
        protected override IMailbox Open(string home, long? quota) => new BlindMailbox(new ShelfMailbox(home, quota));
    }

    private sealed class BlindMailbox(IMailbox mailbox) : IMailbox
    {
        public ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken) => mailbox.DeliverAsync(mail, cancellationToken);
    }
}
