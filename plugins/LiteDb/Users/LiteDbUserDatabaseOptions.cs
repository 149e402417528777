using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace MailStore.LiteDb.Users;

/// <summary>The table <c>[userdb.litedb]</c>.</summary>
internal sealed class LiteDbUserDatabaseOptions
{
    [Required]
    [Description("the database file; made with mode 0600 if it is not there; a second file, PATH-journal, stands beside it while the server runs")]
    public string Path { get; set; } = "users.db";

    [Description("how long the lock of a user is held at most; then the next one waiting gets it")]
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan LockLease { get; set; } = TimeSpan.FromSeconds(30);

    [Description("how many users are kept in memory, about 1 KB each; all others are read from the file when they get mail")]
    [Range(16, 10_000_000)]
    public int CachedUsers { get; set; } = 50_000;
}
