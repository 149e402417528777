using System.Text.Json.Serialization;
using MailStore.Host.Configuration;

namespace MailStore.Host.Admin;

/// <summary>One setting in force, who said so, and by which rule if the policy has one.</summary>
/// <param name="Value">Not of a secret.</param>
/// <param name="Rule">What <c>[policy]</c> says of it, as <c>override</c>; null: nothing, so the record's word counts.</param>
/// <param name="PassedOver">What the record says, where that does not count; null where it does, or says nothing.</param>
internal sealed record SettingView(string Key, string Value, string From, string? Rule = null, string? PassedOver = null)
{
    public const string Record = "the user's record";

    /// <summary>As people read it, without the key.</summary>
    [JsonIgnore]
    public string Text => $"{Shown(Value)}, by {From}{Decision}";

    private string Decision => this switch
    {
        { PassedOver: { } own } => $"; the record's {Shown(own)} is passed over: {SettingsPolicy.Text(Key, Rule!)}",
        { Rule: { } rule, From: Record } when rule != SettingsPolicy.Word(PolicyRule.User) => $"; {SettingsPolicy.Text(Key, rule)} has no default to force",
        _ => "",
    };

    private static string Shown(string value) => value.Length == 0 ? "(none)" : value;
}
