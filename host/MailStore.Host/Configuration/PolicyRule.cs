namespace MailStore.Host.Configuration;

/// <summary>Whose word counts for a setting, see <see cref="SettingsPolicy"/>.</summary>
internal enum PolicyRule
{
    /// <summary>The record's, if it has one; so it is where nothing is said.</summary>
    User,

    /// <summary>The administrator's default, where he gave one: the domain's, else that of the MDA's table.</summary>
    Override,

    /// <summary>Never the record's.</summary>
    Ignore,
}
