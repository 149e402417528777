using System.Diagnostics;
using System.Text;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.Faults;

/// <summary>
/// A library (tests/fixtures/faults/faults.c, built here by gcc) under a program of a test, that makes its system calls on files below a directory fail, or its
/// clock jump, while it runs.
/// </summary>
internal sealed class FaultShim : IDisposable
{
    // the library's own limit, see there
    private const int RulesSize = 4096;

    private static readonly Lazy<Task<string>> Library = new(BuildAsync);

    private readonly string _root;
    private readonly string _rulesFile;
    private readonly string _logFile;
    private readonly FileStream _rules;
    private long _read;

    /// <param name="folder">Where its files go; not below the root.</param>
    /// <param name="root">The directory whose files it looks at.</param>
    public FaultShim(string folder, string root)
    {
        _root = root;
        _rulesFile = Path.Combine(folder, "faults.rules");
        _logFile = Path.Combine(folder, "faults.log");
        File.WriteAllBytes(_logFile, []);
        _rules = new FileStream(_rulesFile, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        Set();
    }

    /// <summary>Puts the library under a program.</summary>
    public async Task<ProcessStartInfo> UnderAsync(ProcessStartInfo program)
    {
        program.Environment["LD_PRELOAD"] = await Library.Value;
        program.Environment["FAULTS_RULES"] = _rulesFile;
        program.Environment["FAULTS_ROOT"] = _root;
        program.Environment["FAULTS_LOG"] = _logFile;
        return program;
    }

    /// <summary>Has these rules in force from the next call on, and no others; counting starts anew.</summary>
    public void Set(params string[] rules)
    {
        var page = new byte[RulesSize];
        // the same rules once more are others by their first line
        var text = Encoding.UTF8.GetBytes($"# {Guid.NewGuid():n}\n{string.Join('\n', rules)}\n");
        text.CopyTo(page, 0);
        _rules.Position = 0;
        _rules.Write(page);
    }

    /// <summary>What was logged since the last time that this was asked.</summary>
    public IReadOnlyList<FileCall> NewCalls()
    {
        using var log = new FileStream(_logFile, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Position = _read;
        using var reader = new StreamReader(log);
        var text = reader.ReadToEnd();
        _read = log.Length;
        return [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(FileCall.Parse)];
    }

    public void Dispose() => _rules.Dispose();

    private static async Task<string> BuildAsync()
    {
        var library = Path.Combine(AppContext.BaseDirectory, "faults.so");
        await Tools.RunAsync("gcc", ["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-O2", "-o", library,
            Path.Combine(RepositoryRoot.Path, "tests", "fixtures", "faults", "faults.c")]);
        return library;
    }
}
