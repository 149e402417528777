using System.CommandLine;
using System.CommandLine.Parsing;
using MailStore.Host.Configuration;

namespace MailStore.Host.Commands;

/// <summary>Says what is wrong with a command line, in one sentence for each mistake. The parser's own words name symptoms, often three for one typo.</summary>
internal static class UsageMistakes
{
    public static IReadOnlyList<string> Of(ParseResult parsed)
    {
        var result = parsed.CommandResult;
        var command = result.Command;
        if (command.Subcommands.Count > 0 && command.Action is null)
            return [WithoutCommand(parsed, command)];

        var mistakes = new List<string>();
        foreach (var token in parsed.UnmatchedTokens)
        {
            mistakes.Add(token.StartsWith('-')
                ? $"'{PathOf(command)}' has no option '{token}'{Suggestion.Ask(token, Options(command))}"
                : $"'{token}' is one word too many for '{PathOf(command)}'; put quotes around what holds blanks");
        }

        foreach (var argument in command.Arguments.Where(argument => argument.Arity.MinimumNumberOfValues > 0 && result.GetResult(argument) is null or { Tokens.Count: 0 }))
            mistakes.Add($"'{PathOf(command)}' lacks {argument.Name}{(argument.Description is { Length: > 0 } what ? $" ({Lower(what)})" : "")}");
        foreach (var option in command.Options.Where(option => option.Required && result.GetResult(option) is null or { IdentifierTokenCount: 0 }))
            mistakes.Add($"'{PathOf(command)}' lacks {option.Name} {option.HelpName}");
        return mistakes.Count > 0 ? mistakes : [.. parsed.Errors.Select(error => error.Message)];
    }

    /// <summary><c>mailstore user add</c></summary>
    public static string PathOf(Command command)
    {
        var names = new List<string> { NameOf(command) };
        for (var parent = command.Parents.FirstOrDefault(); parent is Command outer; parent = outer.Parents.FirstOrDefault())
            names.Insert(0, NameOf(outer));
        return string.Join(' ', names);

        static string NameOf(Command command) => command is RootCommand ? "mailstore" : command.Name;
    }

    private static string WithoutCommand(ParseResult parsed, Command command)
    {
        var names = command.Subcommands.Select(inner => inner.Name).ToList();
        if (parsed.UnmatchedTokens.Count == 0)
            return parsed.Errors.Select(error => error.Message).FirstOrDefault(message => message.StartsWith('-'))
                ?? $"'{PathOf(command)}' wants one of: {string.Join(", ", names)}";
        var word = parsed.UnmatchedTokens[0];
        if (word.StartsWith('-'))
            return $"'{PathOf(command)}' has no option '{word}'{Suggestion.Ask(word, Options(command))}";
        var meant = Suggestion.Ask(word, names);
        return $"'{PathOf(command)}' has no command '{word}'{(meant.Length > 0 ? meant : $"; there is {string.Join(", ", names)}")}";
    }

    private static IEnumerable<string> Options(Command command) =>
        command.Options.Concat(GlobalOptions.All).Select(option => option.Name).Distinct();

    private static string Lower(string text) => char.ToLowerInvariant(text[0]) + text[1..];
}
