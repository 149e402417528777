namespace MailStore.Host.Configuration;

/// <summary>One option, as 'module describe' shows it.</summary>
/// <param name="Key">As it stands in the table; dotted for options of a nested class.</param>
/// <param name="TypeText">
/// As an administrator would say it: <c>text</c>, <c>size (50M, 1G)</c>, <c>duration (10s, 5m)</c>, <c>true or false</c>, <c>list of text</c>,
/// <c>one of: a, b</c>.
/// </param>
/// <param name="DefaultText">As TOML; empty for none.</param>
/// <param name="Description">Empty if its author wrote none.</param>
/// <param name="Required">Whether it must be given, since it has no default.</param>
/// <param name="RangeText">What limits its values, as <c>from 1 to 10000</c>; empty if nothing does.</param>
/// <param name="IsUserSetting">Whether a domain and a user's record may set it.</param>
/// <param name="IsAtAllocation">Whether it does nothing once the user is allocated.</param>
internal sealed record OptionDescription(
    string Key, string TypeText, string DefaultText, string Description, bool Required, string RangeText, bool IsUserSetting, bool IsAtAllocation);
