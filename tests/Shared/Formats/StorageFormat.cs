using System.Globalization;
using MailStore.Tests.Servers;

namespace MailStore.Tests.Formats;

/// <summary>A storage format that comes with the program, as tests and benchmarks configure it: a new one is a line here.</summary>
/// <param name="Name">For tests; names of MDAs come more than once.</param>
/// <param name="Mda">Its MDA.</param>
/// <param name="Options">The lines of <c>[mda.NAME]</c> for a new place.</param>
internal sealed record StorageFormat(string Name, string Mda, Func<FormatServers, string> Options)
{
    public static IReadOnlyList<StorageFormat> All { get; } =
    [
        new("maildir", "maildir", _ => ""),
        new("litedb", "litedb", _ => ""),
        new("litedb: one file", "litedb", _ => "path = \"mails.db\""),
        new("postgres", "postgres", servers => servers.PostgresOptions()),
        new("postgres: a schema a user", "postgres", servers => servers.PostgresOptions() + "\nlayout = \"schema\""),
        new("s3", "s3", servers => servers.S3Options()),
    ];

    /// <summary>One of each MDA.</summary>
    public static IEnumerable<StorageFormat> OneOfEach => All.DistinctBy(format => format.Mda);

    public static StorageFormat Of(string name) => All.Single(format => format.Name == name);

    /// <summary>What a machine lacks for it; null where it can be tried.</summary>
    public string? Lack => LackOf(Mda);

    /// <summary>What a machine lacks for a module.</summary>
    public static string? LackOf(string module) => module switch
    {
        "postgres" => PostgresServer.Programs is null ? "PostgreSQL is not installed (/usr/lib/postgresql); tests/run installs it" : null,
        "s3" => CephRgw.Missing is { } missing ? $"'{missing}' is not installed; tests/run installs it" : null,
        _ => null,
    };

    /// <summary>The configuration of a new place.</summary>
    public string Configure(FormatServers servers, string userdb = "litedb", string creator = "trial") => string.Create(CultureInfo.InvariantCulture, $"""
        mda = "{Mda}"
        userdb = "{userdb}"
        creator = "{creator}"

        [mda.{Mda}]
        {Options(servers)}

        [userdb.{userdb}]
        {(userdb == "postgres" ? servers.PostgresOptions() : "")}

        """);
}
