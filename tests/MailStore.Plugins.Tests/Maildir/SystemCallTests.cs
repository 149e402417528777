namespace MailStore.Plugins.Tests.Maildir;

/// <summary>What the kernel sees. The probe is a process of its own that allocates one user and delivers one mail.</summary>
public sealed class SystemCallTests
{
    [FactIf("strace", "dotnet")]
    public async Task A_mail_is_stored_only_after_file_and_directory_are_synced_in_this_order()
    {
        await using var world = new MaildirWorld();
        var calls = (await CallsAsync(world)).SkipWhile(call => !call.Contains("deliver-now", StringComparison.Ordinal)).Skip(1).ToList();
        Assert.Equal(
            [
                "openat HOME/tmp/MAIL O_CREAT|O_EXCL 0600",
                "writev HOME/tmp/MAIL",
                "utimensat HOME/tmp/MAIL",
                "fsync HOME/tmp/MAIL",
                "close HOME/tmp/MAIL",
                "renameat HOME/tmp/MAIL HOME/new/MAIL",
                "fsync HOME/new",
                "delivered",
            ],
            calls.Select(call => StraceLines.Shape(call, world)).OfType<string>());
    }

    [FactIf("strace", "dotnet")]
    public async Task With_a_journal_a_mail_gets_its_name_after_one_sync_of_that_and_none_of_its_own()
    {
        await using var world = new MaildirWorld();
        var calls = (await CallsAsync(world, "--journal")).SkipWhile(call => !call.Contains("deliver-now", StringComparison.Ordinal)).Skip(1)
            .Select(call => StraceLines.Shape(call, world)).OfType<string>().TakeWhile(call => call != "delivered").ToList();
        const string Journal = "DATA/maildir/journal/maildir";
        AssertInOrder(
            [
                "openat HOME/tmp/MAIL O_CREAT|O_EXCL 0600",
                "writev HOME/tmp/MAIL",
                "utimensat HOME/tmp/MAIL",
                $"utimensat {Journal}/marker",
                $"fdatasync {Journal}/0",
                "renameat HOME/tmp/MAIL HOME/new/MAIL",
            ],
            calls);
        Assert.StartsWith($"pwrite64 {Journal}/0", calls[calls.IndexOf($"fdatasync {Journal}/0") - 1], StringComparison.Ordinal);
        Assert.Single(calls, call => call.Contains("sync ", StringComparison.Ordinal));
    }

    [FactIf("strace", "dotnet")]
    public async Task A_journal_that_cannot_be_synced_refuses_the_mail_and_leaves_nothing()
    {
        await using var world = new MaildirWorld();
        await world.MailboxAsync(await world.StartAsync());
        // the first four are of the start, which lays both files out, in one piece each, and empties them
        var (calls, output) = await Probe.TraceAsync(
            Path.Combine(world.Base, "trace"), ["-e", "inject=fdatasync:error=EIO:when=5"], world.Data, "--home", world.AliceHome, "--journal");
        Assert.StartsWith("TemporaryFailure: cannot fdatasync", output, StringComparison.Ordinal);
        Assert.Equal(5, calls.Count(call => call.Contains(" fdatasync(", StringComparison.Ordinal)));
        Assert.Empty(MaildirWorld.Files(world.AliceHome + "/tmp"));
        Assert.Empty(MaildirWorld.Files(world.AliceHome + "/new"));
    }

    [FactIf("strace", "dotnet")]
    public async Task A_new_folder_and_its_name_are_synced_before_the_mail_in_it_is_stored()
    {
        await using var world = new MaildirWorld();
        var calls = (await CallsAsync(world, "--folder", "Lists")).SkipWhile(call => !call.Contains("deliver-now", StringComparison.Ordinal)).Skip(1)
            .Select(call => StraceLines.Shape(call, world)).OfType<string>().ToList();
        var order = new[]
        {
            "mkdirat HOME/.Lists", "mkdirat HOME/.Lists/new", "fsync HOME/.Lists/new", "fsync HOME/.Lists", "fsync HOME",
            "renameat HOME/.Lists/tmp/MAIL HOME/.Lists/new/MAIL", "fsync HOME/.Lists/new", "delivered",
        };
        AssertInOrder(order, calls);
    }

    [FactIf("strace", "dotnet")]
    public async Task A_maildir_is_durable_before_it_gets_its_name_and_its_name_before_the_allocation_is_told()
    {
        await using var world = new MaildirWorld();
        var calls = (await CallsAsync(world)).TakeWhile(call => !call.Contains("deliver-now", StringComparison.Ordinal))
            .Select(call => StraceLines.Shape(call, world)).OfType<string>().ToList();
        var order = new[]
        {
            "mkdirat NEWHOME", "mkdirat NEWHOME/cur", "fsync NEWHOME/cur", "fsync NEWHOME/new", "fsync NEWHOME/tmp", "fsync NEWHOME/mailstore-owner", "fsync NEWHOME",
            "renameat2 NEWHOME HOME RENAME_NOREPLACE", "fsync DATA/mail/example.org", "fsync DATA/mail",
        };
        AssertInOrder(order, calls);
        AssertInOrder(["mkdirat DATA/mail", "fsync DATA"], calls);
    }

    [FactIf("strace", "dotnet")]
    public async Task Imported_mails_are_all_synced_before_the_first_gets_its_name_and_their_directories_once_before_any_is_stored()
    {
        await using var world = new MaildirWorld();
        var calls = (await CallsAsync(world, "--import", "6")).SkipWhile(call => !call.Contains("deliver-now", StringComparison.Ordinal)).Skip(1)
            .Select(call => StraceLines.Shape(call, world)).OfType<string>().ToList();
        string[] renames = [.. Enumerable.Range(0, 3).SelectMany(_ => (string[])["renameat HOME/tmp/MAIL HOME/new/MAIL", "renameat HOME/tmp/MAIL HOME/cur/MAIL:2,S"])];
        Assert.Equal([.. renames, "fsync HOME/cur", "fsync HOME/new", "delivered"], calls.Where(call => !call.EndsWith("HOME/tmp/MAIL", StringComparison.Ordinal) && !call.StartsWith("openat", StringComparison.Ordinal)));
        Assert.Equal(6, calls.TakeWhile(call => call != renames[0]).Count(call => call == "fsync HOME/tmp/MAIL"));
    }

    [FactIf("strace", "dotnet")]
    public async Task What_fails_on_the_way_leaves_nothing_and_no_fsync_is_tried_twice()
    {
        await using var world = new MaildirWorld();
        await world.MailboxAsync(await world.StartAsync());
        var faults = new[]
        {
            (Inject: "openat:error=ESTALE:when=1", Path: "tmp", Status: "TemporaryFailure: cannot open the directory HOME/tmp: Stale file handle", Syncs: 0),
            (Inject: "openat:error=ESTALE:when=2", Path: "tmp", Status: "TemporaryFailure: cannot create HOME/tmp/MAIL: Stale file handle", Syncs: 0),
            (Inject: "writev:error=EDQUOT", Path: "", Status: "StorageFull: cannot write HOME/tmp/MAIL", Syncs: 0),
            (Inject: "utimensat:error=EPERM", Path: "", Status: "TemporaryFailure: cannot set the time of HOME/tmp/MAIL", Syncs: 0),
            (Inject: "fsync:error=EIO:when=1", Path: "", Status: "TemporaryFailure: cannot fsync HOME/tmp/MAIL: Input/output error", Syncs: 1),
            (Inject: "renameat:error=EIO", Path: "", Status: "TemporaryFailure: cannot rename HOME/tmp/MAIL to HOME/new/MAIL", Syncs: 1),
            (Inject: "fsync:error=EIO:when=2", Path: "", Status: "TemporaryFailure: cannot fsync HOME/new: Input/output error", Syncs: 2),
        };
        foreach (var (inject, path, status, syncs) in faults)
        {
            string[] only = path.Length == 0 ? [] : ["-P", $"{world.AliceHome}/{path}"];
            var (calls, output) = await Probe.TraceAsync(
                Path.Combine(world.Base, "trace"), ["-e", "inject=" + inject, .. only], world.Data, "--home", world.AliceHome);
            Assert.StartsWith(status, StraceLines.Shorten(output.Replace(world.AliceHome, "HOME", StringComparison.Ordinal)), StringComparison.Ordinal);
            Assert.Equal(syncs, calls.Count(call => call.Contains(" fsync(", StringComparison.Ordinal)));
            Assert.Empty(MaildirWorld.Files(world.AliceHome + "/tmp"));
            Assert.Empty(MaildirWorld.Files(world.AliceHome + "/new"));
        }
    }

    [FactIf("root", "setpriv", "dotnet")]
    public async Task Only_root_starts_with_a_range_of_uids_unless_it_is_the_own_uid()
    {
        await using var world = new MaildirWorld();
        File.SetUnixFileMode(world.Base, File.GetUnixFileMode(world.Base) | UnixFileMode.OtherExecute);
        await Shell.RunAsync("chown", "61234:61234", world.Data);
        Task<string> AsOtherAsync(params string[] arguments) => Shell.RunAsync(
            "setpriv", ["--reuid=61234", "--regid=61234", "--clear-groups", "env", "DOTNET_EnableDiagnostics=0", "dotnet", Probe.Path, world.Data, .. arguments]);
        Assert.Contains("the server runs as uid 61234, gid 61234; run it as root, or set", await AsOtherAsync("--uids", "5000", "6000"), StringComparison.Ordinal);
        Assert.StartsWith("Stored", await AsOtherAsync("--uids", "61234", "61234"), StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<string>> CallsAsync(MaildirWorld world, params string[] arguments)
    {
        var (calls, output) = await Probe.TraceAsync(Path.Combine(world.Base, "trace"), [], [world.Data, .. arguments]);
        Assert.StartsWith("Stored", output, StringComparison.Ordinal);
        return calls;
    }

    private static void AssertInOrder(IEnumerable<string> order, List<string> calls)
    {
        var at = 0;
        foreach (var call in order)
        {
            var found = calls.IndexOf(call, at);
            Assert.True(found >= 0, $"'{call}' does not come in its turn:\n{string.Join('\n', calls)}");
            at = found + 1;
        }
    }
}
