namespace MailStore.Sdk;

/// <summary>
/// Announces one module of a plugin. The host finds it by reading the assembly's metadata; no code of the plugin runs for it.
/// </summary>
/// <remarks>
/// The kind of the module follows from the contract that <see cref="Implementation"/> implements: <see cref="IMailDeliveryAgent"/>,
/// <see cref="ICreator"/> or <see cref="IUserDatabase"/>. A name may be used once for each kind. The class needs one public
/// constructor; its parameters may be the module's options class, <c>ILogger&lt;T&gt;</c>, <see cref="TimeProvider"/> and
/// <see cref="ModuleContext"/>, in any order.
/// </remarks>
/// <param name="name">The name by which the configuration asks for the module: lower-case letters, digits and hyphens, as <c>maildir</c>.</param>
/// <param name="implementation">The class; it lives in the same assembly as the attribute.</param>
[AttributeUsage(AttributeTargets.Assembly, AllowMultiple = true)]
public sealed class MailStoreModuleAttribute(string name, Type implementation) : Attribute
{
    /// <summary>The name by which the configuration asks for the module.</summary>
    public string Name { get; } = name;

    /// <summary>The class that implements the module.</summary>
    public Type Implementation { get; } = implementation;
}
