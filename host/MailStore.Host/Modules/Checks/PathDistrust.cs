namespace MailStore.Host.Modules;

/// <summary>A path that others than root and the server's user may write.</summary>
/// <param name="Reason">Who may.</param>
/// <param name="Command">The command that mends it, without the path: <c>chmod o-w</c>.</param>
/// <param name="Remark">What is to be said of the command, or nothing.</param>
internal sealed record PathDistrust(string Path, string Reason, string Command, string Remark)
{
    public static PathDistrust OfOwner(string path, PathStatus status) => new(
        path,
        $"{path} belongs to {Trust.NameOfUser(status.Owner)}, who may change it",
        status.IsLink ? "chown -h root" : "chown root",
        SystemCalls.EffectiveUserId == 0 ? " (or, if the server runs as that user, run this as him, too)" : " (as root)");

    public static PathDistrust OfWriters(string path, PathStatus status, bool byGroup)
    {
        var who = status.OthersWrite ? "everybody"
            : SystemCalls.HasAccessList(path) ? $"{Trust.NameOfGroup(status.Group)}, or by whom its access list (getfacl) names,"
            : Trust.NameOfGroup(status.Group);
        var command = status.OthersWrite && byGroup ? "chmod go-w" : status.OthersWrite ? "chmod o-w" : "chmod g-w";
        return new PathDistrust(path, $"{path} may be written by {who} (mode {status.Permissions})", command, "");
    }

    /// <summary>The whole command, as a shell takes it.</summary>
    public string Remedy() => $"{Command} {Quoted(Path)}{Remark}";

    /// <summary>The command for a folder with all that is in it.</summary>
    public string RemedyFor(string folder) => $"{Command.Insert(Command.IndexOf(' ', StringComparison.Ordinal), " -R")} {Quoted(folder)}{Remark}";

    private static string Quoted(string path) =>
        path.All(letter => char.IsAsciiLetterOrDigit(letter) || "/._-+@%,:=".Contains(letter, StringComparison.Ordinal)) ? path : $"'{path.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
