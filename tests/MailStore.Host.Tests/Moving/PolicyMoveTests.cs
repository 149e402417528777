using MailStore.Host.Admin;
using MailStore.Host.Admin.Moving;
using MailStore.Host.Configuration;

namespace MailStore.Host.Tests.Moving;

/// <summary>A move writes its settings into the record, where the policy may pass over them.</summary>
public sealed class PolicyMoveTests
{
    [Theory]
    [InlineData("ignore", "")]
    [InlineData("override", "path = \"forced\"")]
    public async Task A_setting_that_the_policy_passes_over_at_the_new_place_is_refused(string rule, string second)
    {
        using var office = new MoveOffice(second: second, tables: $"[policy]\npath = \"{rule}\"");
        await office.AddAliceAsync();
        var before = office.Record;
        var refused = await Assert.ThrowsAsync<AdminException>(() => office.MoveAsync(move => move with { Settings = new() { ["path"] = "x" } }));
        Assert.Equal($"'path' would do nothing for user '{MoveOffice.Alice}': a record's does not count at mda 'second', by [policy] path = \"{rule}\"; leave it out, or change [policy]", refused.Message);
        Assert.Equal(before, office.Record);
        Assert.Equal(MoveOutcome.Moved, (await office.MoveAsync()).Outcome);
    }

    [Theory]
    [InlineData("override")]
    [InlineData("user")]
    public async Task One_that_counts_there_is_taken(string rule)
    {
        // the default that is forced at the old place says nothing of the new one
        using var office = new MoveOffice(first: "path = \"forced\"", tables: $"[policy]\npath = \"{rule}\"");
        await office.AddAliceAsync();
        await office.MoveAsync(move => move with { Settings = new() { ["path"] = "x" } });
        Assert.Equal("x", office.Record.Settings["path"]);
    }
}
