using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace MailStore.Host.Modules;

/// <summary>The types of one assembly by name, of its metadata. Thread-safe.</summary>
internal sealed class AssemblyTypes(string name, MetadataReader metadata)
{
    // tokens in place of handles: the framework has the code of this dictionary compiled, and the start is short of time
    private Dictionary<string, int>? _types;

    public string Name => name;

    public MetadataReader Metadata => metadata;

    public Version Version => metadata.GetAssemblyDefinition().Version;

    /// <summary>A type that is not nested: its definition, or, where it has moved, the row that says whereto.</summary>
    public EntityHandle Find(string fullName) => (_types ??= Index()).TryGetValue(fullName, out var token) ? MetadataTokens.EntityHandle(token) : default;

    private Dictionary<string, int> Index()
    {
        var types = new Dictionary<string, int>(metadata.TypeDefinitions.Count + metadata.ExportedTypes.Count);
        foreach (var handle in metadata.TypeDefinitions)
        {
            var type = metadata.GetTypeDefinition(handle);
            if (!type.IsNested)
                types.TryAdd(FullName(type.Namespace, type.Name), MetadataTokens.GetToken(handle));
        }

        foreach (var handle in metadata.ExportedTypes)
        {
            var type = metadata.GetExportedType(handle);
            if (type.Implementation.Kind == HandleKind.AssemblyReference)
                types.TryAdd(FullName(type.Namespace, type.Name), MetadataTokens.GetToken(handle));
        }

        return types;
    }

    private string FullName(StringHandle space, StringHandle type) => space.IsNil ? metadata.GetString(type) : $"{metadata.GetString(space)}.{metadata.GetString(type)}";
}
