using System.Globalization;
using System.Text.Json.Nodes;
using MailStore.Host.Configuration;
using MailStore.Host.Modules;
using MailStore.Host.Verification;
using Spectre.Console;

namespace MailStore.Host.Commands;

/// <summary>Prints the cases of <c>module verify</c> as they come: name, requirement, verdict.</summary>
internal sealed class VerifyReport(IAnsiConsole output, bool json)
{
    // the current case on the last line of a terminal, written over by its verdict
    private const string EraseLine = "\r\e[K";

    private readonly Dictionary<CaseVerdict, int> _counts = [];
    private VerifyTarget? _target;
    private int _cases;
    private int _done;

    /// <summary>How many modules broke a case.</summary>
    public int BrokenModules { get; private set; }

    private bool ShowsProgress => !json && output.Profile.Capabilities.Interactive && !Console.IsOutputRedirected;

    public void Begin(VerifyTarget target, int cases)
    {
        (_target, _cases, _done) = (target, cases, 0);
        _counts.Clear();
        if (json)
            return;
        var sdk = target.Plugin.SdkVersion is { } version ? $", built for SDK {version}" : "";
        output.WriteLine($"{target.Module.Kind.ToText()} '{target.Module.Name}', version {target.Plugin.Version ?? "unknown"}{sdk}: {target.Plugin.Path}");
        output.WriteLine(target.Section.Table is { } table
            ? $"options of {table.Title} in {table.File}, {cases} cases"
            : $"options: their defaults, {cases} cases");
        output.WriteLine();
    }

    public void Trying(string name)
    {
        if (ShowsProgress)
            Console.Out.Write($"{EraseLine}  {_done + 1}/{_cases}  {name} …");
    }

    public void Add(CaseReport done)
    {
        _done++;
        _counts[done.Verdict] = _counts.GetValueOrDefault(done.Verdict) + 1;
        if (json)
        {
            Console.Out.WriteLine(ToJson(done).ToJsonString());
            return;
        }

        if (ShowsProgress)
            Console.Out.Write(EraseLine);
        var (word, colour) = done.Verdict switch
        {
            CaseVerdict.Kept => ("kept  ", "green"),
            CaseVerdict.NotOffered => ("-     ", "grey"),
            _ => ("BROKEN", "red"),
        };
        output.MarkupLine($"[{colour}]{word}[/] {Markup.Escape(done.Name)} [grey]({Seconds(done.Took)} s)[/]");
        Indented(done.Requirement, "grey");
        if (done.Message.Length > 0)
            Indented(done.Verdict == CaseVerdict.Broken ? $"seen: {done.Message}" : $"not offered: {done.Message}", colour);
    }

    public void End()
    {
        var broken = _counts.GetValueOrDefault(CaseVerdict.Broken);
        if (broken > 0)
            BrokenModules++;
        if (json)
        {
            Console.Out.WriteLine(Summary(broken).ToJsonString());
            return;
        }

        var all = $"{_counts.GetValueOrDefault(CaseVerdict.Kept)} kept, {_counts.GetValueOrDefault(CaseVerdict.NotOffered)} not offered, {broken} broken";
        var title = $"{_target!.Module.Kind.ToText()} '{_target.Module.Name}'";
        output.WriteLine();
        output.MarkupLine(broken == 0
            ? $"[green]{Markup.Escape(title)} keeps the contract[/]: {all}"
            : $"[red]{Markup.Escape(title)} breaks the contract[/]: {all}");
    }

    private static string Seconds(TimeSpan took) => took.TotalSeconds.ToString("0.00", CultureInfo.InvariantCulture);

    private void Indented(string text, string colour) => output.Write(new Padder(new Text(text, Style.Parse(colour)), new Padding(7, 0, 0, 0)));

    private JsonObject ToJson(CaseReport done) => new()
    {
        ["module"] = _target!.Module.Name,
        ["kind"] = _target.Module.Kind.ToText(),
        ["case"] = done.Name,
        ["requirement"] = done.Requirement,
        ["verdict"] = Word(done.Verdict),
        ["message"] = done.Message,
        ["milliseconds"] = Math.Round(done.Took.TotalMilliseconds, 1),
    };

    private JsonObject Summary(int broken) => new()
    {
        ["module"] = _target!.Module.Name,
        ["kind"] = _target.Module.Kind.ToText(),
        ["version"] = _target.Plugin.Version,
        ["sdk"] = _target.Plugin.SdkVersion,
        ["file"] = _target.Plugin.Path,
        ["passed"] = broken == 0,
        ["kept"] = _counts.GetValueOrDefault(CaseVerdict.Kept),
        ["not_offered"] = _counts.GetValueOrDefault(CaseVerdict.NotOffered),
        ["broken"] = broken,
    };

    private static string Word(CaseVerdict verdict) => verdict switch
    {
        CaseVerdict.Kept => "kept",
        CaseVerdict.NotOffered => "not_offered",
        _ => "broken",
    };
}
