namespace MailStore.Sdk;

/// <summary>
/// Marks an option of a module that a domain (<c>[domain."example.org"]</c>) or a user's record may override.
/// An option without it is the administrator's alone and is set in the module's table only.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class UserSettingAttribute : Attribute;
