namespace MailStore.Host.Admin;

/// <summary>What <c>user remove</c> does with the user's mail.</summary>
internal enum MailRemoval
{
    /// <summary>Nothing was said: refused if there is mail.</summary>
    Unsaid,

    /// <summary><c>--keep-mail</c></summary>
    Keep,

    /// <summary><c>--purge</c></summary>
    Purge,
}
