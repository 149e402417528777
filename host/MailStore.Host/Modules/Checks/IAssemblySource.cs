namespace MailStore.Host.Modules;

/// <summary>Finds the assembly that a reference leads to, as the loader would.</summary>
internal interface IAssemblySource
{
    /// <param name="name">The simple name.</param>
    /// <returns>Null if there is none.</returns>
    AssemblyTypes? Find(string name);
}
