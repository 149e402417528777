namespace MailStore.Sdk;

/// <summary>
/// Marks an option of a module that a domain (<c>[domain."example.org"]</c>) or a user's record may override, the latter as far as the administrator lets it (<c>[policy]</c>).
/// An option without it is the administrator's alone and is set in the module's table only.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class UserSettingAttribute : Attribute
{
    /// <summary>
    /// The setting says where or how a user is allocated, and does nothing once he is: the host then refuses to change it and names
    /// the way out. False: it is in force from the next mail on.
    /// </summary>
    public bool AtAllocation { get; init; }
}
