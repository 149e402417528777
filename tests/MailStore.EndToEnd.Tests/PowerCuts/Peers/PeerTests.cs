using MailStore.EndToEnd.Tests.Mtas;

namespace MailStore.EndToEnd.Tests.PowerCuts.Peers;

/// <summary>
/// The same power cuts for other delivery agents, as Debian packages them and as they are configured by default: <c>tests/run --power-cuts 200 --peers</c>. It says what was
/// found, and asks nothing of them but that they work.
/// </summary>
[Collection(PowerCutCollection.Name), Trait("Category", "Peers")]
public sealed class PeerTests(CutTable table, MtaPackages packages) : IClassFixture<MtaPackages>
{
    private const int MailsUnderWay = 8;

    public static TheoryData<string, string> Matrix
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var peer in (string[])["Dovecot LMTP", "Postfix virtual", "maildrop"])
            {
                foreach (var kind in (string[])["ext4", "xfs"])
                    data.Add(kind, peer);
            }

            return data;
        }
    }

    [TheoryIf(FactIfAttribute.Root, "mkfs.ext4", "mkfs.xfs", "losetup", "unshare"), MemberData(nameof(Matrix))]
    public async Task What_another_agent_acknowledged_is_counted_after_power_cuts(string kind, string name)
    {
        var row = table.Add(kind, name);
        await using var disk = await CutDisk.MakeAsync(kind);
        await using var peer = Peer.Create(name, disk, packages);
        var ledger = new Ledger();
        var random = new Random();
        for (var left = ProofLength.CutsOf(PowerCutTests.Shares); left > 0; left--)
        {
            await peer.StartAsync(ledger);
            using var end = new CancellationTokenSource();
            var load = peer.LoadAsync(ledger, random.Next(), end.Token);
            await UntilUnderWayAsync(peer, ledger);
            await Task.Delay(random.Next(1500));
            disk.Cut();
            await Task.Delay(random.Next(20));
            await peer.KillAsync();
            await end.CancelAsync();
            await load;
            await disk.RestoreAsync();
            peer.NoteAcknowledged(ledger);
            row.Cuts++;
            LookAt(peer, ledger, row);
        }

        row.Acknowledged = ledger.Mails.Count(mail => mail.IsAcknowledged);
        Assert.True(row.Acknowledged > row.Cuts * 5, $"no load: {row}");
        Assert.True(row.Lost < row.Acknowledged / 2, $"it delivers something else than what was sent: {row}");
    }

    /// <summary>However slow the machine is, and however long the agent takes to begin.</summary>
    private static async Task UntilUnderWayAsync(Peer peer, Ledger ledger)
    {
        var before = ledger.Mails.Count(mail => mail.IsAcknowledged);
        for (var until = DateTime.UtcNow.AddMinutes(1); ledger.Mails.Count(mail => mail.IsAcknowledged) < before + MailsUnderWay; await Task.Delay(50))
        {
            Assert.True(DateTime.UtcNow < until, $"it delivers nothing: {peer.Tail}");
            peer.NoteAcknowledged(ledger);
        }
    }

    private static void LookAt(Peer peer, Ledger ledger, CutRow row)
    {
        var audit = new MailAudit(ledger, row);
        foreach (var user in Peer.Users)
        {
            foreach (var file in StoredMaildir.Files(peer.MaildirOf(user)))
                audit.See(user, file, File.ReadAllBytes(file));
        }

        audit.End();
    }
}
