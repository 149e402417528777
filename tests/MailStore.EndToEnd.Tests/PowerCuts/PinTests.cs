using System.Globalization;
using MailStore.Host.Configuration;
using MailStore.Host.Modules;

namespace MailStore.EndToEnd.Tests.PowerCuts;

/// <summary>The power goes while plugins are pinned: <c>modules.lock</c> is the one that was written last, or the one that was being written, and whole.</summary>
[Collection(PowerCutCollection.Name)]
public sealed class PinTests(CutTable table)
{
    private readonly List<string> _complaints = [];

    private static readonly string[] Plugins = ["maildir", "litedb", "postgres", "s3", "creators"];

    [TheoryIf(FactIfAttribute.Root, "mkfs.ext4", "mkfs.xfs", "losetup", "unshare"), InlineData("ext4"), InlineData("xfs")]
    public async Task What_was_pinned_survives_power_cuts(string kind)
    {
        var row = table.Add(kind, "modules.lock");
        await using var disk = await CutDisk.MakeAsync(kind);
        var random = new Random();
        var last = 0;
        for (var left = ProofLength.CutsOf(PowerCutTests.Shares); left > 0; left--)
        {
            var end = random.Next(200);
            using var cut = new Timer(_ => disk.Cut(), null, Timeout.Infinite, Timeout.Infinite);
            var acknowledged = last;
            disk.RunInside(() => acknowledged = PinUntilTheCut(disk.Directory, last, () => cut.Change(end, Timeout.Infinite)));
            row.Cuts++;
            row.Acknowledged += acknowledged - last;
            await disk.RestoreAsync();
            disk.RunInside(() => last = LookAt(disk.Directory, acknowledged, row));
        }

        Assert.True(row.Acknowledged > row.Cuts, $"no load: {row}");
        Assert.True(row.IsClean, $"{row}: {string.Join("; ", _complaints)}");
    }

    /// <param name="folder">Where.</param>
    /// <param name="last">What was written last.</param>
    /// <param name="isUnderWay">Called after some, however slow the machine is.</param>
    /// <returns>The last one that was written.</returns>
    private static int PinUntilTheCut(string folder, int last, Action isUnderWay)
    {
        for (var written = 1; ; written++)
        {
            var mistakes = new List<Mistake>();
            try
            {
                if (ModulesLockWriter.Change(folder, modules => modules.With(Pins(last + 1)), mistakes) is null)
                    return last;
                last++;
                if (written == 2)
                    isUnderWay();
            }
            catch (IOException)
            {
                return last;
            }
        }
    }

    /// <summary>Each pin bears the number of the change that made it.</summary>
    private static IEnumerable<PluginPin> Pins(int number) => Plugins.Select(plugin => new PluginPin(
        plugin, DateTimeOffset.UnixEpoch.AddSeconds(number), number.ToString(CultureInfo.InvariantCulture), null,
        Enumerable.Range(0, 20).ToDictionary(file => $"{file}.dll", file => TestMail.Hash([(byte)file, (byte)number]).ToLowerInvariant())));

    private int LookAt(string folder, int acknowledged, CutRow row)
    {
        var mistakes = new List<Mistake>();
        var modules = ModulesLock.Read(folder, mistakes);
        var numbers = modules.Pins.Select(pin => pin.Version).Distinct().ToList();
        row.Repaired += Directory.GetFiles(folder, ".modules.lock.*").Length;
        var found = numbers.Count == 1 ? int.Parse(numbers[0]!, CultureInfo.InvariantCulture) : 0;
        var isWhole = mistakes.Count == 0 && numbers.Count <= 1 && modules.Pins.Count is 0 or 5;
        if (!isWhole)
            row.Torn++;
        else if (found < acknowledged || found > acknowledged + 1)
            row.Lost++;
        if (!row.IsClean)
            _complaints.Add($"change {acknowledged} was acknowledged, and {found} is there; {string.Join(", ", mistakes)}");
        return found;
    }
}
