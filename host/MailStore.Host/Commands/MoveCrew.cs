using System.Globalization;
using System.Text.Json;
using MailStore.Host.Admin;
using MailStore.Host.Admin.Moving;
using MailStore.Sdk;
using Spectre.Console;

namespace MailStore.Host.Commands;

/// <summary>Has users moved, so many at once, and tells what came of it. Who only waits for other hosts to hear of the switch is not counted.</summary>
internal sealed class MoveCrew(AdminClient client, MoveRequest request, string? hook, int parallel, bool json, bool isMany)
{
    /// <summary>Requests that are open at once, those included that wait.</summary>
    private const int Open = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<MoveOutcome, int> _outcomes = [];
    private readonly Dictionary<string, MoveLine> _running = new(StringComparer.Ordinal);
    private long _mails;
    private long _bytes;
    private int _failures;

    /// <summary>Of the failures: what may be tried again outweighs what must be mended first.</summary>
    public int ExitCode { get; private set; }

    private int Done => _outcomes.Values.Sum() + _failures;

    public async Task RunAsync(IReadOnlyList<string> names, IAnsiConsole notes, CancellationToken cancellationToken)
    {
        if (notes.Profile.Capabilities.Interactive && !request.IsDry)
        {
            await notes.Progress().Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn())
                .StartAsync(progress => MoveAllAsync(names, new Bar(progress.AddTask("moving"), isMany ? names.Count : null), cancellationToken));
        }
        else
        {
            await MoveAllAsync(names, null, cancellationToken);
        }

        if (isMany)
            await Console.Error.WriteLineAsync(Summary(names.Count));
    }

    private async Task MoveAllAsync(IReadOnlyList<string> names, Bar? bar, CancellationToken cancellationToken)
    {
        using var copying = new SemaphoreSlim(parallel);
        using var open = new SemaphoreSlim(Open);
        var moves = new List<Task>();
        foreach (var name in names)
        {
            await open.WaitAsync(cancellationToken);
            await copying.WaitAsync(cancellationToken);
            moves.RemoveAll(move => move.IsCompletedSuccessfully);
            moves.Add(MoveAsync(name));
        }

        await Task.WhenAll(moves);

        async Task MoveAsync(string name)
        {
            var isCopying = true;
            try
            {
                await MoveOneAsync(name, line =>
                {
                    if (isCopying && line.Phase is "draining")
                    {
                        isCopying = false;
                        copying.Release();
                    }

                    Note(line, bar);
                }, cancellationToken);
            }
            finally
            {
                if (isCopying)
                    copying.Release();
                open.Release();
            }
        }
    }

    private async Task MoveOneAsync(string name, Action<MoveLine> note, CancellationToken cancellationToken)
    {
        MoveLine? last = null;
        try
        {
            await foreach (var line in client.MoveAsync(request with { Name = name }, cancellationToken))
            {
                note(last = line);
                if (!line.WantsHook)
                    continue;
                await MoveHook.RunAsync(hook!, line.User, line.Places!, cancellationToken);
                await client.EndHookAsync(line.User, cancellationToken);
            }

            if (last is null or { Outcome: null, Error: null })
                last = Failed(name, "the server ended the move without a word; its log says why. The same command goes on with it", Admin.ExitCode.TemporaryFailure);
        }
        catch (AdminException e)
        {
            last = Failed(name, e.Message, e.ExitCode);
        }

        End(last);
    }

    private void Note(MoveLine line, Bar? bar)
    {
        lock (_lock)
        {
            _running[line.User] = line with { Total = line.Total ?? _running.GetValueOrDefault(line.User)?.Total };
            bar?.Show(Done, _running.Values, _mails, _bytes);
        }
    }

    private void End(MoveLine line)
    {
        lock (_lock)
        {
            _running.Remove(line.User);
            if (line.Error is not null)
            {
                _failures++;
                ExitCode = ExitCode == Admin.ExitCode.TemporaryFailure ? ExitCode : line.ExitCode ?? Admin.ExitCode.Software;
            }
            else
            {
                _outcomes[line.Outcome!.Value] = _outcomes.GetValueOrDefault(line.Outcome!.Value) + 1;
                _mails += line.Mails;
                _bytes += line.Bytes;
            }
        }

        if (json)
            Console.Out.WriteLine(JsonSerializer.Serialize(line, AdminJson.Readable.MoveLine));
        else if (request.IsDry)
            Console.Out.WriteLine(TextOf(line));
        else if (!isMany || line.Error is not null)
            Console.Error.WriteLine(TextOf(line));
    }

    private string Summary(int users)
    {
        var parts = new List<string>();
        foreach (var (outcome, words) in (ReadOnlySpan<(MoveOutcome, string)>)[
            (MoveOutcome.Moved, "moved"), (MoveOutcome.Redirected, "had no mail yet"), (MoveOutcome.Unchanged, "stay where they are"),
            (MoveOutcome.Aborted, "are back where they were"), (MoveOutcome.Looked, "would be moved")])
        {
            if (_outcomes.TryGetValue(outcome, out var count))
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"{count} {words}"));
        }

        if (_failures > 0)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{_failures} failed"));
        return string.Create(CultureInfo.InvariantCulture, $"{users} users: {string.Join(", ", parts)}; {_mails} mails, {new ByteSize(_bytes)}");
    }

    private static MoveLine Failed(string name, string error, int exitCode) => new() { User = name, Error = error, ExitCode = exitCode };

    private static string TextOf(MoveLine line)
    {
        var places = line.Places is { } moved ? $" from mda '{moved.FromMda}' to mda '{moved.ToMda}'" : "";
        var mails = string.Create(CultureInfo.InvariantCulture, $"{line.Mails} mails, {new ByteSize(line.Bytes)}");
        var text = line switch
        {
            { Error: { } error } => $"mailstore: {(error.Contains(line.User, StringComparison.Ordinal) ? "" : $"user '{line.User}': ")}{error}",
            { Outcome: MoveOutcome.Moved } => $"user '{line.User}' moved{places}: {mails}",
            { Outcome: MoveOutcome.Aborted } => $"user '{line.User}' is where he was: the move was given up",
            { Outcome: MoveOutcome.Looked } => $"user '{line.User}' would be moved: {mails}",
            { Outcome: MoveOutcome.Redirected } => $"user '{line.User}' has a new place",
            _ => $"user '{line.User}' stays where he is",
        };
        return line.Note is null ? text : $"{text}; {line.Note}";
    }

    /// <summary>The progress on a terminal: of many users by users, of one by mails.</summary>
    private sealed class Bar(ProgressTask task, int? users)
    {
        public void Show(int done, IReadOnlyCollection<MoveLine> running, long mails, long bytes)
        {
            mails += running.Sum(line => line.Mails);
            bytes += running.Sum(line => line.Bytes);
            task.MaxValue = Math.Max(1, users ?? running.Max(line => line.Total) ?? 1);
            task.Value = users is null ? mails : done;
            var phase = users is null ? running.First().Phase ?? "copying" : $"{done} of {users} users";
            task.Description = string.Create(CultureInfo.InvariantCulture, $"{phase}, {mails} mails, {new ByteSize(bytes >> 20 << 20)}");
        }
    }
}
