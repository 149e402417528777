using System.Globalization;

namespace MailStore.Host.Modules;

/// <summary>Who may write what the server is to trust: root, and the user as whom this process acts. Used by one thread.</summary>
internal sealed class Trust
{
    private readonly Dictionary<(uint Owner, uint Group), bool> _private = [];

    private readonly uint _self = SystemCalls.EffectiveUserId;

    public bool IsTrusted(uint user) => user == 0 || user == _self;

    /// <summary>
    /// Whether nobody but trusted users may write by the group's permission: it is a user's private group (Debian gives each user one, and a umask of 002
    /// then counts as 022), with nobody else in it, and no access list widens it.
    /// </summary>
    public bool IsPrivateGroup(string path, PathStatus status)
    {
        if (!_private.TryGetValue((status.Owner, status.Group), out var isPrivate))
            _private.Add((status.Owner, status.Group), isPrivate = IsPrivateGroup(status.Owner, status.Group));
        return isPrivate && !SystemCalls.HasAccessList(path);
    }

    public static string NameOfUser(uint id) => SystemCalls.FindUser(id) is { } user ? $"the user '{user.Name}'" : $"the user {Number(id)}, who has no name here,";

    public static string NameOfGroup(uint id) => SystemCalls.FindGroup(id) is { } group ? $"the group '{group.Name}'" : $"the group {Number(id)}";

    private bool IsPrivateGroup(uint owner, uint id)
    {
        if (SystemCalls.FindGroup(id) is not { } group)
            return false;
        // the owner's, root's or this process's user's own, and called like him
        if (!new[] { owner, 0u, _self }.Any(user => SystemCalls.FindUser(user) is { } known && known.Name == group.Name && known.Group == id))
            return false;
        return group.Members.All(member => member == group.Name) && OthersOf(id).All(name => name == group.Name);
    }

    /// <summary>Whose own group it is, of the users of this machine's file.</summary>
    private static IEnumerable<string> OthersOf(uint group)
    {
        const string users = "/etc/passwd";
        return !File.Exists(users) ? [] : File.ReadLines(users).Select(line => line.Split(':'))
            .Where(fields => fields.Length > 3 && uint.TryParse(fields[3], CultureInfo.InvariantCulture, out var id) && id == group)
            .Select(fields => fields[0]);
    }

    private static string Number(uint id) => id.ToString(CultureInfo.InvariantCulture);
}
