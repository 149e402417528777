namespace MailStore.Host.Modules;

/// <summary>Names of members as people write them.</summary>
internal static class MemberName
{
    private static readonly string[] Accessors = ["get_", "set_", "init_", "add_", "remove_"];

    /// <param name="name">As metadata has it.</param>
    /// <param name="parameters">Their types; null for a field.</param>
    public static string ForPeople(string name, IReadOnlyList<string>? parameters)
    {
        if (parameters is null)
            return name;
        if (Array.Find(Accessors, prefix => name.StartsWith(prefix, StringComparison.Ordinal)) is { } accessor)
            return name[accessor.Length..];
        return $"{(name == ".ctor" ? "constructor" : name)}({string.Join(", ", parameters)})";
    }
}
