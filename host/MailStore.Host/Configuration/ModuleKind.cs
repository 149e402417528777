namespace MailStore.Host.Configuration;

/// <summary>The kinds of modules; the configuration calls them <c>mda</c>, <c>creator</c> and <c>userdb</c>.</summary>
internal enum ModuleKind
{
    Mda,
    Creator,
    Userdb,
}
