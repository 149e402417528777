using System.Diagnostics;
using System.Text.RegularExpressions;

namespace MailStore.EndToEnd.Tests.Faults;

/// <summary>The calls of a running program as the kernel gets them, told by strace: the measure for what <see cref="FaultShim"/> sees.</summary>
internal sealed partial class TracedCalls : IAsyncDisposable
{
    private const string Deleted = " (deleted)";

    private readonly Process _strace;
    private readonly string _output;
    private readonly string _root;
    private bool _isOver;

    private TracedCalls(Process strace, string output, string root)
    {
        _strace = strace;
        _output = output;
        _root = root;
    }

    /// <summary>Attaches to a process with all its threads.</summary>
    public static async Task<TracedCalls> AttachAsync(int process, string root, string output)
    {
        var info = new ProcessStartInfo(Tools.Find("strace")!) { RedirectStandardError = true };
        foreach (var argument in (string[])["-f", "-y", "-s", "4096", "-e", "trace=%file,%desc", "-o", output, "-p", $"{process}"])
            info.ArgumentList.Add(argument);
        var strace = Process.Start(info)!;
        // it says so when it has them all
        var line = await strace.StandardError.ReadLineAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Contains("attached", line, StringComparison.Ordinal);
        return new TracedCalls(strace, output, root);
    }

    /// <summary>Lets go of the process.</summary>
    /// <returns>All calls on files below the root, by kind and path.</returns>
    public async Task<IReadOnlyList<FileCall>> EndAsync()
    {
        await DisposeAsync();
        var calls = new List<FileCall>();
        var begun = new Dictionary<string, string>();
        foreach (var line in await File.ReadAllLinesAsync(_output))
        {
            var thread = line.Split(' ')[0];
            if (line.EndsWith(" <unfinished ...>", StringComparison.Ordinal))
                begun[thread] = line[..^" <unfinished ...>".Length];
            else if (Resumed().Match(line) is { Success: true } resumed && begun.Remove(thread, out var head))
                Add(head + resumed.Groups[1].Value);
            else
                Add(line);
        }

        foreach (var head in begun.Values)
            Add(head);
        return calls;

        void Add(string line)
        {
            if (Call().Match(line) is not { Success: true } call)
                return;
            var (name, arguments) = (call.Groups[1].Value, call.Groups[2].Value);
            if (PathOf(name, arguments) is { } path && path.StartsWith(_root, StringComparison.Ordinal))
                calls.Add(new FileCall(KindOf(name, arguments), path));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_isOver)
            return;
        _isOver = true;
        if (!_strace.HasExited)
        {
            // SIGINT: strace detaches and ends; the program goes on
            await Tools.RunAsync("kill", ["-INT", $"{_strace.Id}"]);
            await _strace.WaitForExitAsync();
        }

        _strace.Dispose();
    }

    /// <summary>What a call does, in the words of the library.</summary>
    private static string KindOf(string name, string arguments) => name switch
    {
        "open" or "openat" or "openat2" => arguments.Contains("O_CREAT", StringComparison.Ordinal) ? "create" : "open",
        "creat" => "create",
        "read" or "pread64" or "readv" or "preadv" or "preadv2" => "read",
        "write" or "pwrite64" or "writev" or "pwritev" or "pwritev2" => "write",
        "fsync" or "fdatasync" => "fsync",
        "ftruncate" => "truncate",
        "fallocate" => "allocate",
        "stat" or "lstat" or "fstat" or "newfstatat" or "statx" => "stat",
        "getdents" or "getdents64" => "getdents",
        "access" or "faccessat" or "faccessat2" => "access",
        "readlink" or "readlinkat" => "readlink",
        "statfs" or "fstatfs" => "statfs",
        "flock" => "lock",
        "fcntl" => arguments.Contains("SETLK", StringComparison.Ordinal) ? "lock" : "fcntl",
        "rename" or "renameat" or "renameat2" => "rename",
        "link" or "linkat" => "link",
        "unlink" or "unlinkat" or "rmdir" => "unlink",
        "mkdir" or "mkdirat" => "mkdir",
        "chmod" or "fchmod" or "fchmodat" => "chmod",
        "chown" or "fchown" or "fchownat" => "chown",
        "utimensat" or "futimesat" => "utimens",
        _ => name,
    };

    /// <summary>The path that a call is about: the last of those that it names, which is the new one of a rename.</summary>
    private static string? PathOf(string call, string arguments)
    {
        // what else looks like a name is what is read or written
        if (call.Contains("read", StringComparison.Ordinal) && !call.StartsWith("readlink", StringComparison.Ordinal) || call.Contains("write", StringComparison.Ordinal))
            return OpenFile().Match(arguments) is { Success: true } file ? file.Groups[1].Value.Replace(Deleted, "", StringComparison.Ordinal) : null;
        string? path = null;
        foreach (Match match in Path().Matches(arguments))
        {
            var (directory, name) = (match.Groups[1].Value, match.Groups[2].Success ? match.Groups[2].Value : match.Groups[3].Value);
            path = name.StartsWith('/') ? name : name.Length > 0 ? $"{directory}/{name}" : directory;
            // what a link leads to comes behind it
            if (call.StartsWith("readlink", StringComparison.Ordinal))
                break;
        }

        return path is not null && path.EndsWith(Deleted, StringComparison.Ordinal) ? path[..^Deleted.Length] : path;
    }

    [GeneratedRegex(@"^\d+\s+(\w+)\((.*?)(?:\)\s+=\s+.*)?$")]
    private static partial Regex Call();

    [GeneratedRegex(@"<\.\.\. \w+ resumed>(.*)$")]
    private static partial Regex Resumed();

    // 45</file>
    [GeneratedRegex(@"^\d+<([^>]*)>")]
    private static partial Regex OpenFile();

    // 45</directory>, "name" or 45</file> or "/path"
    [GeneratedRegex(@"(?:\d+|AT_FDCWD)<([^>]*)>(?:\(deleted\))?(?:, ""([^""]*)"")?|""(/[^""]*)""")]
    private static partial Regex Path();
}
