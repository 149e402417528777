using System.Globalization;

namespace MailStore.EndToEnd.Tests.PowerCuts;

/// <summary>A storage module under test, with the user database that goes with it.</summary>
/// <param name="Mda">Its name.</param>
/// <param name="Users">The user database.</param>
/// <param name="Tables">More of its configuration.</param>
internal sealed record ModuleCase(string Mda, string Users, string Tables = "")
{
    // what is larger than this is spooled
    private const string Common = "\n[delivery]\nmemory_per_mail = \"32K\"\n";

    private static readonly ModuleCase[] All =
    [
        // a uid for each: the sequences of the user database are under test as well
        new("maildir", "litedb", "\n[mda.maildir]\ndurability = \"direct\"\nfirst_uid = 20000\nlast_uid = 59999\ngid = 20000\n"),
        new("maildir-journal", "litedb", "\n[mda.maildir-journal]\nmodule = \"maildir\"\ndurability = \"journal\"\nfirst_uid = 20000\nlast_uid = 59999\ngid = 20000\n"),
        new("litedb", "litedb"),
        new("mbox", "litedb"),
        new("postgres", "postgres"),
    ];

    /// <summary>Those that need no server of their own.</summary>
    public static IEnumerable<string> Embedded => All.Where(module => !module.NeedsPostgres).Select(module => module.Mda);

    public static IEnumerable<string> Servers => All.Where(module => module.NeedsPostgres).Select(module => module.Mda);

    public static int Count => All.Length;

    public bool IsMaildir => Mda.StartsWith("maildir", StringComparison.Ordinal);

    public bool NeedsPostgres => Users == "postgres";

    public static ModuleCase Of(string mda) => All.Single(module => module.Mda == mda);

    /// <param name="creator">Of the creators the two that hold against others.</param>
    /// <param name="port">Of PostgreSQL, if any.</param>
    public string Configuration(string creator, int port)
    {
        var connection = string.Create(CultureInfo.InvariantCulture, $"connection = \"Host=127.0.0.1;Port={port};Username=postgres;Database=postgres\"\n");
        var database = NeedsPostgres ? $"\n[mda.postgres]\n{connection}\n[userdb.postgres]\n{connection}lock_lease = \"3s\"\n" : "";
        return $"mda = \"{Mda}\"\nuserdb = \"{Users}\"\ncreator = \"{creator}\"\n{Tables}{database}{Common}";
    }
}
