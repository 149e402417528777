namespace MailStore.EndToEnd.Tests.PowerCuts;

/// <summary>The server is killed at random instants under load, and started again as a supervisor does: the same audit as after a power cut, and besides no mail is forgotten that was stored.</summary>
public sealed class KillTests(KillTable table) : IClassFixture<KillTable>
{
    public static TheoryData<string> Embedded => new(ModuleCase.Embedded);

    public static TheoryData<string> Servers => new(ModuleCase.Servers);

    [TheoryIf(FactIfAttribute.Root, "mkfs.ext4", "losetup", "unshare"), MemberData(nameof(Embedded))]
    public Task What_was_acknowledged_survives_kills(string module) => KillAsync(ModuleCase.Of(module));

    [TheoryIf(FactIfAttribute.Root, FactIfAttribute.Postgres, "mkfs.ext4", "losetup", "unshare"), MemberData(nameof(Servers))]
    public Task With_a_database_server_too(string module) => KillAsync(ModuleCase.Of(module));

    private async Task KillAsync(ModuleCase module)
    {
        var kills = ProofLength.KillsOf(ModuleCase.Count);
        await using var disk = await CutDisk.MakeAsync("ext4");
        var mails = table.Add("ext4", module.Mda);
        var users = table.Add("ext4", $"users in {module.Users}, with {module.Mda}");
        var trial = new Trial(module, disk, Violence.Kill, mails, users);
        await trial.RunAsync(kills);
        Assert.True(mails.Acknowledged > kills * 5 && users.Acknowledged > kills, $"no load: {mails}, {users}");
        Assert.True(trial.Complaints.Count == 0 && mails.IsClean && users.IsClean, $"{mails}\n{users}\n{string.Join('\n', trial.Complaints.Take(20))}");
    }
}
