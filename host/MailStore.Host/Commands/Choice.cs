using System.CommandLine;

namespace MailStore.Host.Commands;

/// <summary>Options that take one of a few words, written in lower case; upper case is taken, too.</summary>
internal static class Choice
{
    public static Option<T> Of<T>(string name, string description, T byDefault)
        where T : struct, Enum
    {
        var words = Enum.GetNames<T>().Select(word => word.ToLowerInvariant()).ToList();
        return new Option<T>(name)
        {
            Description = $"{description}: {Or(words)}",
            HelpName = name.TrimStart('-').Split('-')[^1].ToUpperInvariant(),
            DefaultValueFactory = _ => byDefault,
            CustomParser = argument =>
            {
                var word = argument.Tokens[0].Value;
                if (words.Contains(word.ToLowerInvariant()))
                    return Enum.Parse<T>(word, ignoreCase: true);
                argument.AddError($"{name} takes {Or(words)}, not '{word}'");
                return byDefault;
            },
        };
    }

    private static string Or(List<string> words) => $"{string.Join(", ", words.SkipLast(1))} or {words[^1]}";
}
