using Xunit.Abstractions;
using MailStore.EndToEnd.Tests.Authors;

namespace MailStore.EndToEnd.Tests.PowerCuts;

/// <summary>Whether the power cuts would notice: with one sync taken out of the server by a library, they find what it was for.</summary>
public sealed class SkippedSyncTests(ITestOutputHelper output)
{
    private const int MostRounds = 60;

    private static readonly bool IsLong = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1";

    [TheoryIf(FactIfAttribute.Root, "mkfs.ext4", "mkfs.xfs", "losetup", "unshare", "gcc")]
    [InlineData("ext4", "maildir", "file", "*/mail/*/tmp/*")]
    [InlineData("xfs", "maildir", "file", "*/mail/*/tmp/*")]
    [InlineData("ext4", "maildir", "directory", "*/mail/*/new")]
    [InlineData("xfs", "maildir", "directory", "*/mail/*/new")]
    [InlineData("ext4", "maildir-journal", "journal", "*/maildir/journal/*/[01]")]
    [InlineData("xfs", "maildir-journal", "journal", "*/maildir/journal/*/[01]")]
    [InlineData("ext4", "litedb", "file", "*/litedb/*-journal")]
    [InlineData("ext4", "mbox", "file", "*/mbox/*/*")]
    public async Task Without_its_sync_mail_is_lost(string kind, string module, string what, string pattern)
    {
        var (mails, _) = await CutUntilAsync(kind, module, pattern, (mails, _) => mails.Lost > 0);
        Notes.Add(output, $"{kind}, {module}, without the sync of the {what}: {mails.Lost} of {mails.Acknowledged} acknowledged mails lost, {mails.Torn} torn, in {mails.Cuts} cuts");
        Assert.True(mails.Lost > 0, $"{mails.Cuts} cuts did not show that the {what} is not synced");
    }

    [TheoryIf(FactIfAttribute.Root, "mkfs.ext4", "mkfs.xfs", "losetup", "unshare", "gcc"), InlineData("ext4"), InlineData("xfs")]
    public async Task Without_the_sync_of_the_record_users_are_lost(string kind)
    {
        var (_, users) = await CutUntilAsync(kind, "maildir", "*/users.db-journal", (_, users) => users.Lost > 0);
        Notes.Add(output, $"{kind}, without the sync of the record: {users.Lost} of {users.Acknowledged} acknowledged users or allocations lost, in {users.Cuts} cuts");
        Assert.True(users.Lost > 0, $"{users.Cuts} cuts did not show that the record is not synced");
    }

    private static async Task<(CutRow Mails, CutRow Users)> CutUntilAsync(string kind, string module, string pattern, Func<CutRow, CutRow, bool> isFound)
    {
        var (mails, users) = (new CutRow(kind, module), new CutRow(kind, "users"));
        await using var disk = await CutDisk.MakeAsync(kind);
        var trial = new Trial(ModuleCase.Of(module), disk, Violence.PowerCut, mails, users) { IsSharp = true, Environment = await Shim.SkipSyncAsync(pattern) };
        var least = IsLong ? 10 : 1;
        await trial.RunAsync(MostRounds, () => mails.Cuts >= least && isFound(mails, users));
        return (mails, users);
    }
}
