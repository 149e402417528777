using MailStore.Host.Configuration;
using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>What the kinds of modules are called, and which contract stands behind each.</summary>
internal static class ModuleKinds
{
    public static string ToText(this ModuleKind kind) => kind switch
    {
        ModuleKind.Mda => "mda",
        ModuleKind.Creator => "creator",
        _ => "userdb",
    };

    public static Type ToContract(this ModuleKind kind) => kind switch
    {
        ModuleKind.Mda => typeof(IMailDeliveryAgent),
        ModuleKind.Creator => typeof(ICreator),
        _ => typeof(IUserDatabase),
    };
}
