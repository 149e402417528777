using System.Globalization;
using System.Text.Json;
using MailStore.Host.Admin;
using MailStore.Host.Admin.Doctoring;

namespace MailStore.Host.Commands;

/// <summary>What <c>mailstore doctor</c> writes of an examination: a line a finding, as it comes.</summary>
internal sealed class DoctorReport(TextWriter output, bool json, bool repair)
{
    private long _users;
    private long _found;

    /// <summary>How many findings are not mended.</summary>
    public long Left { get; private set; }

    public string Summary
    {
        get
        {
            var outcome = (repair, Left) switch
            {
                (_, 0) when _found == 0 => "",
                (true, _) => string.Create(CultureInfo.InvariantCulture, $": {_found - Left} mended, {Left} left"),
                _ => "; --repair mends what can be mended",
            };
            return $"{Progress}{outcome}";
        }
    }

    private string Progress => string.Create(
        CultureInfo.InvariantCulture, $"{_users} {(_users == 1 ? "user" : "users")} looked at, {_found} {(_found == 1 ? "finding" : "findings")}");

    /// <param name="progress">Told how far it has come.</param>
    public async Task WriteAsync(IAsyncEnumerable<DoctorLine> lines, Action<string> progress, CancellationToken cancellationToken)
    {
        await foreach (var line in lines)
        {
            if (line.Users is { } users)
            {
                _users = users;
                progress(Progress);
            }

            if (line.Note is { } note)
                await Console.Error.WriteLineAsync($"mailstore: {note}");
            if (line.Finding is not { } finding)
                continue;
            _found++;
            Left += finding.Repaired ? 0 : 1;
            var text = json ? JsonSerializer.Serialize(finding, AdminJson.Readable.FindingView) : LineOf(finding);
            await output.WriteLineAsync(text.AsMemory(), cancellationToken);
        }
    }

    private static string LineOf(FindingView finding)
    {
        var place = finding.Place is null ? "" : $"{finding.Place}: ";
        var outcome = finding switch
        {
            { Repaired: true } => $"mended: {finding.Repair}",
            { Repair: not null } => $"a repair would {finding.Repair}",
            _ => "left to you",
        };
        return string.Join('\t', new[] { finding.Kind, finding.User ?? "-", place + finding.What, outcome }.Select(Printable));
    }

    // names of files come from outside: nothing in them moves the cursor or breaks the line
    private static string Printable(string text) => text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? '?' : c)) : text;
}
