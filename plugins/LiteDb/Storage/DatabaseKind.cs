namespace MailStore.LiteDb.Storage;

/// <summary>What a database is called in messages.</summary>
/// <param name="Noun">What it is.</param>
/// <param name="Table">Where the configuration names it.</param>
/// <param name="Contents">What it holds.</param>
internal sealed record DatabaseKind(string Noun, string Table, string Contents)
{
    public static DatabaseKind Users { get; } = new("user database", "[userdb.litedb]", "users");

    public static DatabaseKind UserBackup { get; } = Users with { Noun = "copy of the user database" };

    public static DatabaseKind Mails { get; } = new("mail file", "the MDA's table", "mail");
}
