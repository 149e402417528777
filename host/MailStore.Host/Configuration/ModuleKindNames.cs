namespace MailStore.Host.Configuration;

/// <summary>What the configuration calls the kinds of modules.</summary>
internal static class ModuleKindNames
{
    public static IReadOnlyList<ModuleKind> All { get; } = [ModuleKind.Mda, ModuleKind.Creator, ModuleKind.Userdb];

    /// <summary>The key and the table: <c>mda</c>, <c>creator</c>, <c>userdb</c>.</summary>
    public static string Key(this ModuleKind kind) => kind switch
    {
        ModuleKind.Mda => "mda",
        ModuleKind.Creator => "creator",
        _ => "userdb",
    };

    public static bool IsKey(string key) => key is "mda" or "creator" or "userdb";
}
