using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>What no record that comes out of a user database may lack.</summary>
internal static class RecordCheck
{
    /// <summary>Says what is wrong with a record that is or was stored under a name; null if nothing is.</summary>
    public static string? OfStored(UserRecord record, string name) =>
        record.Name != name ? $"the record of another user, '{record.Name}'" : OfStored(record);

    public static string? OfStored(UserRecord? record) => record switch
    {
        null => "null among the records",
        { Name: null } => "a record without a name",
        { Version: < 1 } => $"a record of version {record.Version}; stored ones have versions from 1",
        { Settings: null } => "a record with null for settings",
        { Allocation: { Id: null } or { Mda: null } or { Values: null } } => "a record with an allocation that lacks its id, its mda or its values",
        _ => null,
    };
}
