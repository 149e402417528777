namespace MailStore.EndToEnd.Tests.PowerCuts;

/// <summary>
/// The power goes while mails come in. What was acknowledged is there then, once and whole; what a reader sees is whole; users, their records and their mailboxes belong together;
/// and mail flows on.
/// </summary>
[Collection(PowerCutCollection.Name)]
public sealed class PowerCutTests(CutTable table)
{
    private static readonly string[] Kinds = ["ext4", "xfs"];

    /// <summary>So many tests share the number of cuts that was asked for; those of the file modules.lock are one more for each file system.</summary>
    internal static readonly int Shares = Kinds.Length * (ModuleCase.Count + 1);

    public static TheoryData<string, string> Embedded => Matrix(ModuleCase.Embedded);

    public static TheoryData<string, string> Servers => Matrix(ModuleCase.Servers);

    [TheoryIf(FactIfAttribute.Root, "mkfs.ext4", "mkfs.xfs", "losetup", "unshare"), MemberData(nameof(Embedded))]
    public Task What_was_acknowledged_survives_power_cuts(string kind, string module) => CutAsync(kind, ModuleCase.Of(module));

    [TheoryIf(FactIfAttribute.Root, FactIfAttribute.Postgres, "mkfs.ext4", "mkfs.xfs", "losetup", "unshare"), MemberData(nameof(Servers))]
    public Task With_a_database_server_on_the_same_disk_too(string kind, string module) => CutAsync(kind, ModuleCase.Of(module));

    /// <summary>Else these tests could not fail.</summary>
    [TheoryIf(FactIfAttribute.Root, "mkfs.ext4", "mkfs.xfs", "losetup", "unshare"), InlineData("ext4"), InlineData("xfs")]
    public async Task A_cut_takes_what_nobody_synced_and_leaves_what_somebody_did(string kind)
    {
        await using var disk = await CutDisk.MakeAsync(kind);
        disk.RunInside(() =>
        {
            using (var synced = File.Create(Path.Combine(disk.Directory, "synced")))
            {
                synced.Write(new byte[10_000]);
                synced.Flush(flushToDisk: true);
            }

            File.WriteAllBytes(Path.Combine(disk.Directory, "written"), new byte[10_000]);
        });
        Assert.Equal(10_000, new FileInfo(disk.View(Path.Combine(disk.Directory, "written"))).Length);
        disk.Cut();
        Assert.ThrowsAny<IOException>(() => File.WriteAllBytes(disk.View(Path.Combine(disk.Directory, "later")), new byte[10_000]));
        await disk.RestoreAsync();
        Assert.Equal(10_000, new FileInfo(disk.View(Path.Combine(disk.Directory, "synced"))).Length);
        Assert.False(File.Exists(disk.View(Path.Combine(disk.Directory, "written"))));
        Assert.False(File.Exists(disk.View(Path.Combine(disk.Directory, "later"))));
    }

    private async Task CutAsync(string kind, ModuleCase module)
    {
        var cuts = ProofLength.CutsOf(Shares);
        await using var disk = await CutDisk.MakeAsync(kind);
        var mails = table.Add(kind, module.Mda);
        var users = table.Add(kind, $"users in {module.Users}, with {module.Mda}");
        var trial = new Trial(module, disk, Violence.PowerCut, mails, users);
        await trial.RunAsync(cuts);
        Assert.True(mails.Acknowledged > cuts * 5 && users.Acknowledged > cuts, $"no load: {mails}, {users}");
        Assert.True(trial.Complaints.Count == 0 && mails.IsClean && users.IsClean, $"{mails}\n{users}\n{string.Join('\n', trial.Complaints.Take(20))}");
    }

    private static TheoryData<string, string> Matrix(IEnumerable<string> modules)
    {
        var data = new TheoryData<string, string>();
        foreach (var module in modules)
        {
            foreach (var kind in Kinds)
                data.Add(kind, module);
        }

        return data;
    }
}
