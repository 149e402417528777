using System.Text.RegularExpressions;

namespace MailStore.Plugins.Tests.Maildir;

/// <summary>What the kernel sees. The probe is a process of its own that allocates one user and delivers one mail.</summary>
public sealed partial class SystemCallTests
{
    private const string Unfinished = " <unfinished ...>";

    private static readonly string[] Watched =
    [
        "openat", "creat", "write", "writev", "pwrite64", "pwritev", "fsync", "fdatasync", "sync_file_range", "utimensat", "close", "fchown", "fchmod",
        "rename", "renameat", "renameat2", "link", "linkat", "unlink", "unlinkat", "mkdir", "mkdirat", "rmdir",
    ];

    private static readonly string Output = AppContext.BaseDirectory.TrimEnd('/');

    // tests/MailStore.Plugins.Tests/bin/Debug/net10.0 and tests/Probes/MaildirProbe/bin/Debug/net10.0
    private static readonly string Probe = Path.GetFullPath(
        Path.Combine(Output, "../../../../Probes/MaildirProbe/bin", Path.GetFileName(Path.GetDirectoryName(Output))!, Path.GetFileName(Output), "MaildirProbe.dll"));

    [FactIf("strace", "dotnet")]
    public async Task A_mail_is_stored_only_after_file_and_directory_are_synced_in_this_order()
    {
        await using var world = new MaildirWorld();
        var calls = (await TraceAsync(world)).SkipWhile(call => !call.Contains("deliver-now", StringComparison.Ordinal)).Skip(1).ToList();
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
            calls.Select(call => Shape(call, world)).OfType<string>());
    }

    [FactIf("strace", "dotnet")]
    public async Task A_new_folder_and_its_name_are_synced_before_the_mail_in_it_is_stored()
    {
        await using var world = new MaildirWorld();
        var calls = (await TraceAsync(world, "Lists")).SkipWhile(call => !call.Contains("deliver-now", StringComparison.Ordinal)).Skip(1)
            .Select(call => Shape(call, world)).OfType<string>().ToList();
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
        var calls = (await TraceAsync(world)).TakeWhile(call => !call.Contains("deliver-now", StringComparison.Ordinal))
            .Select(call => Shape(call, world)).OfType<string>().ToList();
        var order = new[]
        {
            "mkdirat NEWHOME", "mkdirat NEWHOME/cur", "fsync NEWHOME/cur", "fsync NEWHOME/new", "fsync NEWHOME/tmp", "fsync NEWHOME/mailstore-owner", "fsync NEWHOME",
            "renameat2 NEWHOME HOME RENAME_NOREPLACE", "fsync DATA/mail/example.org", "fsync DATA/mail",
        };
        AssertInOrder(order, calls);
        AssertInOrder(["mkdirat DATA/mail", "fsync DATA"], calls);
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

    private static async Task<string[]> TraceAsync(MaildirWorld world, params string[] arguments)
    {
        Assert.True(File.Exists(Probe), $"{Probe} was not built");
        var trace = Path.Combine(world.Base, "trace");
        await Shell.RunAsync("strace", ["-f", "-y", "-s", "300", "-o", trace, "-e", "trace=%file,%desc", "dotnet", Probe, world.Data, .. arguments]);
        return Whole(await File.ReadAllLinesAsync(trace));
    }

    // strace breaks a call in two when another thread's comes between
    private static string[] Whole(string[] lines)
    {
        var whole = new List<string>();
        var begun = new Dictionary<string, string>();
        foreach (var line in lines)
        {
            var thread = line.Split(' ')[0];
            if (line.EndsWith(Unfinished, StringComparison.Ordinal))
                begun[thread] = line[..^Unfinished.Length];
            else if (ResumedPattern().Match(line) is { Success: true } resumed && begun.Remove(thread, out var head))
                whole.Add(head + resumed.Groups[1].Value);
            else
                whole.Add(line);
        }

        return [.. whole];
    }

    // '123 fsync(45</base/data/mail/example.org/alice/new>) = 0' becomes 'fsync HOME/new'; what does not concern the mailbox becomes null
    private static string? Shape(string line, MaildirWorld world)
    {
        if (line.Contains("/data/delivered\"", StringComparison.Ordinal))
            return "delivered";
        var match = CallPattern().Match(line);
        if (!match.Success || !Watched.Contains(match.Groups[1].Value))
            return null;
        var (call, arguments) = (match.Groups[1].Value, match.Groups[2].Value);
        var paths = PathPattern().Matches(arguments).Select(path => PathOf(path, world)).ToList();
        if (!paths.Exists(path => path.StartsWith("HOME", StringComparison.Ordinal) || path.StartsWith("NEWHOME", StringComparison.Ordinal) || path.StartsWith("DATA", StringComparison.Ordinal)))
            return null;
        var isCreation = arguments.Contains("O_CREAT", StringComparison.Ordinal);
        // of what is opened, what is made counts; of what is closed, mails
        if ((call == "openat" && !isCreation) || (call == "close" && !paths[0].EndsWith("/MAIL", StringComparison.Ordinal)))
            return null;
        var extra = call switch
        {
            "openat" => arguments.Contains("O_CREAT|O_EXCL", StringComparison.Ordinal) ? $" O_CREAT|O_EXCL {arguments[(arguments.LastIndexOf(' ') + 1)..]}" : " not exclusive",
            "renameat2" => $" {arguments[(arguments.LastIndexOf(' ') + 1)..]}",
            _ => "",
        };
        return $"{call} {string.Join(' ', paths)}{extra}";
    }

    private static string PathOf(Match match, MaildirWorld world)
    {
        var (directory, name) = (match.Groups[1].Value, match.Groups[2].Value);
        var path = name.StartsWith('/') ? name : name.Length > 0 ? $"{directory}/{name}" : directory;
        path = MailPattern().Replace(NewHomePattern().Replace(path, "NEWHOME"), "MAIL");
        return path.Replace(world.AliceHome, "HOME", StringComparison.Ordinal).Replace($"{world.Data}/mail/example.org/NEWHOME", "NEWHOME", StringComparison.Ordinal)
            .Replace(world.Data, "DATA", StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^\d+\s+(\w+)\((.*)\)\s+=\s+(?!-1)\d+")]
    private static partial Regex CallPattern();

    [GeneratedRegex(@"<\.\.\. \w+ resumed>(.*)$")]
    private static partial Regex ResumedPattern();

    // 45</directory>, "name" or 45</file>
    [GeneratedRegex(@"(?:\d+|AT_FDCWD)<([^>]*)>(?:, ""([^""]*)"")?")]
    private static partial Regex PathPattern();

    [GeneratedRegex(@"\d+\.M\d+P\d+Q[^/]+")]
    private static partial Regex MailPattern();

    [GeneratedRegex(@"\.mailstore-new-[0-9a-f]+")]
    private static partial Regex NewHomePattern();
}
