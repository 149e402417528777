using System.Globalization;

namespace MailStore.Benchmarks.Growth;

/// <summary>The arguments of <c>tests/bench growth</c>: parts by name, all if none is named; RUNS and USERS; <c>--keep</c>.</summary>
internal sealed record GrowthOptions
{
    public IReadOnlyList<string> Parts { get; private init; } = [];

    /// <summary>Of each side.</summary>
    public int Runs { get; private init; } = 5;

    /// <summary>Of the server that knows many.</summary>
    public int Users { get; private init; } = 1_000_000;

    /// <inheritdoc cref="Server.ServerOptions.Keeps"/>
    public bool Keeps { get; private init; }

    /// <exception cref="ArgumentException">One is unknown.</exception>
    public static GrowthOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new GrowthOptions();
        var numbers = new List<int>();
        foreach (var argument in arguments)
        {
            if (int.TryParse(argument, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                numbers.Add(number);
            else if (argument == "--keep")
                options = options with { Keeps = true };
            else if (GrowthBenchmark.Parts.ContainsKey(argument))
                options = options with { Parts = [.. options.Parts, argument] };
            else
                throw new ArgumentException($"growth has no part '{argument}': it has {string.Join(", ", GrowthBenchmark.Parts.Keys)}");
        }

        return options with
        {
            Runs = numbers.ElementAtOrDefault(0) is > 0 and var runs ? runs : options.Runs,
            Users = numbers.ElementAtOrDefault(1) is > 0 and var users ? users : options.Users,
        };
    }
}
