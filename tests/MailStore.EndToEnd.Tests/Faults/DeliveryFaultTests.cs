using System.Diagnostics;
using Xunit.Abstractions;

namespace MailStore.EndToEnd.Tests.Faults;

/// <summary>
/// Every call that a delivery makes to the disk fails once, in every way that it can: each outcome is a temporary failure or a true 250, nothing half is ever seen, and
/// the server is well as soon as the disk is. Which calls there are is asked of the kernel, by strace.
/// </summary>
public sealed class DeliveryFaultTests(ITestOutputHelper output)
{
    private const int InputOutput = 5;
    private const int NoSpace = 28;
    private const int ReadOnly = 30;
    private const int NoLocks = 37;
    private const int Stale = 116;
    private const int QuotaExceeded = 122;

    // these touch no disk; the kernel fails them for a wrong descriptor or a wrong argument only
    private static readonly string[] NeverFail = ["fcntl", "lseek", "fadvise64", "ioctl", "mmap", "dup", "dup2", "dup3"];

    // what changes nothing on disk; faults.c knows the same
    private static readonly string[] Looking = ["open", "read", "stat", "getdents", "readlink", "access", "statfs", "lock", "close"];

    // in the rules of faults.c
    private const string AnyChange = "~";

    private const string Maildir = "";
    private const string MaildirWithAll = "[mda.maildir]\nquota = \"1G\"\npath = \"mail/{domain}/{local}\"\n\n[delivery]\nmemory_per_mail = \"1K\"\n";
    private const string LiteDb = "mda = \"litedb\"\n";
    private const string Mbox = "mda = \"mbox\"\n";

    [TheoryIf("strace", "gcc")]
    [InlineData("maildir", Maildir)]
    [InlineData("maildir with quota, spooled", MaildirWithAll)]
    [InlineData("litedb", LiteDb)]
    [InlineData("mbox", Mbox)]
    public async Task Every_fault_of_every_call_is_a_temporary_failure_or_no_loss(string name, string configuration)
    {
        var watch = Stopwatch.StartNew();
        await using var world = await FaultWorld.StartAsync(configuration, mailSize: 3000);
        var cases = 0;
        foreach (var isFirst in (bool[])[true, false])
        {
            var calls = await RecordAsync(world, isFirst);
            output.WriteLine($"{name}, {(isFirst ? "first" : "later")} mail: {calls.Count} calls, {calls.Distinct().Count()} kinds\n  {string.Join("\n  ", calls)}");
            foreach (var call in Occurrences(calls))
            {
                foreach (var error in ErrorsOf(call.Shape.Kind))
                {
                    await OnceAsync(world, isFirst, call.Shape, call.Occurrence, "fail", error);
                    cases++;
                }

                // as on a network: it is done, and the reply is lost
                if (!Looking.Contains(call.Shape.Kind))
                {
                    await OnceAsync(world, isFirst, call.Shape, call.Occurrence, "done", cases++ % 2 == 0 ? Stale : InputOutput);
                }
            }

            // from some call on all that would change the disk fails, as on one that the system made read-only; or all of a kind that looks at it, as on a server that is away
            var kinds = calls.CountBy(call => Looking.Contains(call.Kind) ? call.Kind : AnyChange);
            foreach (var (kind, count) in kinds)
            {
                for (var first = 1; first <= count; first++)
                    await DyingAsync(world, isFirst, kind, first, cases++ % 2 == 1 ? InputOutput : kind == AnyChange ? ReadOnly : Stale);
            }
        }

        await world.AuditAfterRestartAsync();
        output.WriteLine($"{cases} faults in {watch.Elapsed.TotalSeconds:0.0} s");
    }

    /// <summary>The calls of one delivery in order, as the library sees them; the kernel must not see any that it does not.</summary>
    private static async Task<List<FileCall>> RecordAsync(FaultWorld world, bool isFirst)
    {
        var user = await UserAsync(world, isFirst);
        world.Shim.NewCalls();
        // from before the first that is traced until after the last
        world.Shim.Set("log");
        await using var trace = await TracedCalls.AttachAsync(world.Server.ProcessId, world.Place.DataDirectory + "/", Path.Combine(world.Place.Directory, $"trace{isFirst}"));
        var earlier = Shapes();
        await world.DeliverAsync(user);
        // what goes on behind the reply, such as a sweep, belongs to it
        await Task.Delay(TimeSpan.FromSeconds(1));
        var traced = await trace.EndAsync();
        world.Shim.Set();
        var seen = Shapes();
        var missing = traced.Select(call => call.ShapeFor(FaultWorld.LocalPart(user))).Distinct().Where(call => !NeverFail.Contains(call.Kind)).Except(seen).Except(earlier).ToList();
        Assert.True(missing.Count == 0, $"these calls have no fault case, since faults.c does not see them:\n{string.Join('\n', missing)}");
        Assert.NotEmpty(traced);
        return [.. seen.Where(call => !NeverFail.Contains(call.Kind))];

        List<FileCall> Shapes() => [.. world.Shim.NewCalls().Select(call => call.ShapeFor(FaultWorld.LocalPart(user)))];
    }

    private static async Task OnceAsync(FaultWorld world, bool isFirst, FileCall shape, int occurrence, string action, int error)
    {
        var user = await UserAsync(world, isFirst);
        var pattern = shape.Path.Replace("{user}", FaultWorld.LocalPart(user), StringComparison.Ordinal);
        var what = $"{shape} ({occurrence}), errno {error}";
        world.Shim.NewCalls();
        world.Shim.Set("log", $"{action} {shape.Kind} {pattern} {occurrence} 1 {error}");
        var (_, code) = await world.SendAsync(user);
        Assert.True(code is 250 or (>= 400 and < 500), $"{what}: the reply was {code}\n{world.Server.Log}");
        var calls = await world.CallsUntilAsync(call => call.Error == error, what);
        world.Shim.Set("log");
        await world.AuditAsync(user, what);
        await world.RecoverAsync(user, what);
        world.Shim.Set();
        calls = [.. calls, .. world.Shim.NewCalls()];
        AssertNoSyncIsTriedAgain(calls, what);
        AssertDirectoriesAreDurable(calls, what);
        await world.AuditAsync(user, what);
    }

    private static async Task DyingAsync(FaultWorld world, bool isFirst, string kind, int first, int error)
    {
        var user = await UserAsync(world, isFirst);
        var what = $"all calls '{kind}' from number {first} on, errno {error}";
        world.Shim.Set($"fail {kind} * {first} 0 {error}");
        var (_, code) = await world.SendAsync(user);
        Assert.True(code is 250 or (>= 400 and < 500), $"{what}: the reply was {code}\n{world.Server.Log}");
        // a second one meets it from the start
        (_, code) = await world.SendAsync(user);
        Assert.True(code is >= 400 and < 500 || (code == 250 && kind != AnyChange), $"{what}: the second reply was {code}\n{world.Server.Log}");
        world.Shim.Set();
        await world.RecoverAsync(user, what);
        // what could not be taken back may be there, but not in half
        await world.AuditAsync(user, what, mayHaveMore: true);
    }

    /// <summary>The kernel has dropped what it could not write, and a second fsync says that all is well: what it was for must be written again before.</summary>
    private static void AssertNoSyncIsTriedAgain(IReadOnlyList<FileCall> calls, string what)
    {
        var (written, lost) = (new HashSet<string>(), new HashSet<string>());
        foreach (var call in calls)
        {
            if (call.Kind is "write" or "truncate")
            {
                written.Add(call.Path);
                lost.Remove(call.Path);
            }

            // of a directory: its names are in the file system's journal, which is over for good when it fails
            if (call.Kind != "fsync" || Directory.Exists(call.Path))
                continue;
            Assert.False(lost.Contains(call.Path), $"{what}: its fsync failed and was tried again:\n{string.Join('\n', calls)}");
            // one for nothing, as of a file that was synced under another name, loses nothing
            if (written.Remove(call.Path) && call.Error != 0)
                lost.Add(call.Path);
        }
    }

    /// <summary>What was acknowledged in the end lies in directories that some attempt has synced, even if it was an earlier one that made them.</summary>
    private static void AssertDirectoriesAreDurable(IReadOnlyList<FileCall> calls, string what)
    {
        for (var i = 0; i < calls.Count; i++)
        {
            if (calls[i] is { Kind: "fsync", Error: not 0, Path: var path } && Directory.Exists(path))
                Assert.True(calls.Skip(i + 1).Any(call => call == new FileCall("fsync", path)), $"{what}: {path} was never synced again:\n{string.Join('\n', calls)}");
        }
    }

    private static async Task<string> UserAsync(FaultWorld world, bool isFirst)
    {
        var user = world.NextUser();
        if (!isFirst)
            await world.DeliverAsync(user);
        return user;
    }

    private static IEnumerable<(FileCall Shape, int Occurrence)> Occurrences(IEnumerable<FileCall> calls) =>
        calls.GroupBy(call => call).SelectMany(same => same.Select((call, i) => (call, i + 1)));

    private static int[] ErrorsOf(string kind) => kind switch
    {
        "open" or "read" or "stat" or "getdents" or "access" or "readlink" or "statfs" => [InputOutput, Stale],
        "lock" => [NoLocks, InputOutput],
        "close" => [InputOutput, NoSpace, QuotaExceeded],
        "chmod" or "chown" or "utimens" or "unlink" => [InputOutput, ReadOnly, Stale],
        _ => [InputOutput, NoSpace, QuotaExceeded, ReadOnly, Stale],
    };
}
