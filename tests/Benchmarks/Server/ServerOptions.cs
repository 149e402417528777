using System.Globalization;
using MailStore.Benchmarks.Grounds;

namespace MailStore.Benchmarks.Server;

/// <summary>The arguments of <c>tests/bench server</c>.</summary>
internal sealed record ServerOptions
{
    private const string AllCells = "1,8,32,64,8:65536:1,8:4096:10";

    public int Runs { get; private init; } = 5;

    public double Seconds { get; private init; } = 2;

    /// <summary>How long each server is under load before the first run.</summary>
    public double Warm { get; private init; } = 15;

    public int Users { get; private init; } = 1000;

    public IReadOnlyList<Cell> Cells { get; private init; } = Cell.ParseAll(AllCells);

    /// <summary>Where table, JSON and plot go; null: the table goes to standard output only.</summary>
    public string? Output { get; private init; }

    /// <summary>Where the servers keep their mail; null: the folder for temporary files.</summary>
    public string? Place { get; init; }

    /// <summary>A file system that is made for this, where the mail goes; null: that of <see cref="Place"/>.</summary>
    public GroundOptions? Ground { get; private init; }

    /// <summary>
    /// Whether the folder stays. For minutes after many files were deleted, ext4 without a journal looks past their inodes whenever it makes a file: runs that follow on the
    /// same disk would measure that.
    /// </summary>
    public bool Keeps { get; init; }

    /// <summary>Builds of this server by name, for a comparison with others than the one that is built here.</summary>
    public IReadOnlyList<(string Name, string Program, string Extra)> Builds { get; private init; } = [("mailstore", MailStoreServer.Built, "")];

    /// <summary>Whether a build among them keeps a journal, as all do by default on a file system that is made for this: then the disk alone is measured with one, too.</summary>
    public bool WithJournal => Ground is not null || Builds.Any(build => build.Extra.Contains("journal", StringComparison.Ordinal));

    public bool WithPeers { get; private init; } = true;

    /// <exception cref="ArgumentException">One is unknown.</exception>
    public static ServerOptions Parse(IReadOnlyList<string> arguments)
    {
        var options = new ServerOptions();
        for (var i = 0; i < arguments.Count; i++)
        {
            string Value() => ++i < arguments.Count ? arguments[i] : throw new ArgumentException($"{arguments[i - 1]} wants a value");
            ServerOptions Passing(string value) => value.Length > 0 ? options : throw new ArgumentException($"{arguments[i - 1]} wants a value");
            options = arguments[i] switch
            {
                "--runs" => options with { Runs = int.Parse(Value(), CultureInfo.InvariantCulture) },
                "--seconds" => options with { Seconds = double.Parse(Value(), CultureInfo.InvariantCulture) },
                "--warm" => options with { Warm = double.Parse(Value(), CultureInfo.InvariantCulture) },
                "--users" => options with { Users = int.Parse(Value(), CultureInfo.InvariantCulture) },
                "--cells" => options with { Cells = Cell.ParseAll(Value()) },
                "--output" => options with { Output = Value() },
                "--place" => options with { Place = Value() },
                // found below, where both are known
                "--ground" or "--ground-size" => Passing(Value()),
                "--keep" => options with { Keeps = true },
                "--no-peers" => options with { WithPeers = false },
                "--build" => options with { Builds = [.. options.Builds, BuildOf(Value())] },
                var unknown => throw new ArgumentException($"unknown option {unknown}; see tests/bench"),
            };
        }

        return options with { Ground = GroundOptions.Find(arguments) };
    }

    /// <summary>Reads <c>NAME=PROGRAM[;LINE OF CONFIGURATION]</c>.</summary>
    private static (string Name, string Program, string Extra) BuildOf(string text)
    {
        var parts = text.Split('=', 2);
        var rest = parts[^1].Split(';', 2);
        return (parts[0], rest[0].Length == 0 ? MailStoreServer.Built : rest[0], rest.Length > 1 ? rest[1] : "");
    }
}
