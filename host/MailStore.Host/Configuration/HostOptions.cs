using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace MailStore.Host.Configuration;

/// <summary>What stands at the top level of <c>mailstore.toml</c>, and its tables that belong to the host. Keys are the names in snake_case.</summary>
internal sealed class HostOptions
{
    [Description("where records, spooled mails and sockets live; relative to the folder of this file")]
    public string DataDir { get; set; } = "mailstore-data";

    [Description("where plugins are looked for; relative to the folder of this file")]
    public string ModulesDir { get; set; } = "modules.d";

    [Description("the MDA of users for whom nothing else is said: the name of an [mda.NAME] table, or of a module")]
    public string Mda { get; set; } = "maildir";

    [Description("the creator that has new users allocated")]
    public string Creator { get; set; } = "trial";

    [Description("the database that keeps user records")]
    public string Userdb { get; set; } = "litedb";

    [Description("change no user record, while users are moved to another database: mail is delivered, but the first one of a new user waits at the MTA")]
    public bool UserdbReadOnly { get; set; }

    [Description("the LMTP server")]
    public LmtpOptions Lmtp { get; set; } = new();

    [Description("the way of a mail from the server to a module")]
    public DeliveryOptions Delivery { get; set; } = new();

    [Description("how modules are watched")]
    public ModulesOptions Modules { get; set; } = new();

    [Description("what is logged")]
    public LogOptions Log { get; set; } = new();
}
