using System.Reflection;
using System.Reflection.Metadata;
using System.Runtime.CompilerServices;
using MailStore.Host.Configuration;
using MailStore.Sdk;

namespace MailStore.Host.Modules;

/// <summary>Finds what matters to the loader in the tables of an assembly's metadata (ECMA-335, II.22).</summary>
internal sealed class PluginMetadataReader(MetadataReader metadata)
{
    private static readonly string SdkAssembly = typeof(MailStoreModuleAttribute).Assembly.GetName().Name!;
    private static readonly ModuleKind[] Kinds = Enum.GetValues<ModuleKind>();

    /// <summary>Deeper nesting is a damaged table, whose circles would be followed for ever.</summary>
    private const int DeepestType = 32;

    private Dictionary<string, TypeDefinitionHandle>? _types;

    public PluginMetadata Read()
    {
        if (!metadata.IsAssembly)
            throw new BadImageFormatException();
        var assembly = metadata.GetAssemblyDefinition();
        var announcements = new List<PluginMetadata.Announcement>();
        string? informational = null;
        string? sdk = null;
        string? framework = null;
        foreach (var handle in assembly.GetCustomAttributes())
        {
            var attribute = metadata.GetCustomAttribute(handle);
            switch (NameOfAttribute(attribute))
            {
                case (var scope, "MailStore.Sdk.MailStoreModuleAttribute") when scope == SdkAssembly:
                    var arguments = StringArguments(attribute);
                    announcements.Add(Announce(arguments.ElementAtOrDefault(0), arguments.ElementAtOrDefault(1)));
                    break;
                case (_, "System.Reflection.AssemblyInformationalVersionAttribute"):
                    informational = StringArguments(attribute).FirstOrDefault()?.Split('+')[0];
                    break;
                case (_, "System.Reflection.AssemblyMetadataAttribute") when StringArguments(attribute) is ["MailStore.Sdk", var version]:
                    sdk = version;
                    break;
                case (_, "System.Runtime.Versioning.TargetFrameworkAttribute"):
                    framework = StringArguments(attribute).FirstOrDefault();
                    break;
            }
        }

        sdk ??= metadata.AssemblyReferences.Select(metadata.GetAssemblyReference)
            .Where(reference => metadata.StringComparer.Equals(reference.Name, SdkAssembly))
            .Select(reference => reference.Version.ToString()).FirstOrDefault();
        return new PluginMetadata(announcements, informational ?? assembly.Version.ToString(), sdk) { TargetFramework = framework };
    }

    private Dictionary<string, TypeDefinitionHandle> Types()
    {
        if (_types is null)
        {
            _types = [];
            foreach (var handle in metadata.TypeDefinitions)
                _types.TryAdd(NameOf(handle), handle);
        }

        return _types;
    }

    private PluginMetadata.Announcement Announce(string? name, string? typeName)
    {
        // a class of another assembly is written with that assembly's name
        if (typeName is null || !Types().TryGetValue(typeName, out var type))
            return new PluginMetadata.Announcement(name, typeName, false, [], null);
        var contracts = new HashSet<string>();
        CollectContracts(type, contracts, []);
        var kinds = Kinds.Where(kind => contracts.Contains(kind.ToContract().FullName!)).ToArray();
        return new PluginMetadata.Announcement(name, typeName, true, kinds, DescriptionOf(type));
    }

    private void CollectContracts(TypeDefinitionHandle handle, HashSet<string> contracts, HashSet<TypeDefinitionHandle> seen)
    {
        if (!seen.Add(handle))
            return;
        RuntimeHelpers.EnsureSufficientExecutionStack(); // a damaged table may have thousands derive from each other
        var type = metadata.GetTypeDefinition(handle);
        var parents = type.GetInterfaceImplementations().Select(implementation => metadata.GetInterfaceImplementation(implementation).Interface);
        foreach (var parent in parents.Append(type.BaseType).Where(parent => !parent.IsNil))
        {
            switch (Ungeneric(parent))
            {
                case { Kind: HandleKind.TypeDefinition } definition:
                    CollectContracts((TypeDefinitionHandle)definition, contracts, seen);
                    break;
                case { Kind: HandleKind.TypeReference } reference when NameOfReference((TypeReferenceHandle)reference) is var (scope, name) && scope == SdkAssembly:
                    contracts.Add(name);
                    break;
            }
        }
    }

    /// <summary>The type behind a generic instance: <c>GENERICINST (CLASS | VALUETYPE) TypeDefOrRefOrSpecEncoded …</c> (ECMA-335, II.23.2.14).</summary>
    private EntityHandle Ungeneric(EntityHandle handle)
    {
        if (handle.Kind != HandleKind.TypeSpecification)
            return handle;
        var signature = metadata.GetBlobReader(metadata.GetTypeSpecification((TypeSpecificationHandle)handle).Signature);
        if (signature.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
            return default;
        signature.ReadCompressedInteger();
        return signature.ReadTypeHandle();
    }

    private string? DescriptionOf(TypeDefinitionHandle handle) => metadata.GetTypeDefinition(handle).GetCustomAttributes()
        .Select(metadata.GetCustomAttribute)
        .Where(attribute => NameOfAttribute(attribute).Name == "System.ComponentModel.DescriptionAttribute")
        .Select(attribute => StringArguments(attribute).FirstOrDefault()).FirstOrDefault();

    /// <summary>The leading arguments that are strings or types, both written as SerString (ECMA-335, II.23.3).</summary>
    private List<string?> StringArguments(CustomAttribute attribute)
    {
        var parameters = attribute.Constructor.Kind == HandleKind.MemberReference
            ? metadata.GetBlobReader(metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Signature)
            : metadata.GetBlobReader(metadata.GetMethodDefinition((MethodDefinitionHandle)attribute.Constructor).Signature);
        parameters.ReadSignatureHeader();
        var count = parameters.ReadCompressedInteger();
        parameters.ReadSignatureTypeCode(); // void

        var blob = metadata.GetBlobReader(attribute.Value);
        if (blob.ReadUInt16() != 1)
            throw new BadImageFormatException();
        var arguments = new List<string?>();
        for (var i = 0; i < count; i++)
        {
            // a string, or a type of the framework: System.Type
            var code = parameters.ReadSignatureTypeCode();
            if (code == SignatureTypeCode.TypeHandle)
                parameters.ReadTypeHandle();
            else if (code != SignatureTypeCode.String)
                break;
            arguments.Add(blob.ReadSerializedString());
        }

        return arguments;
    }

    private (string? Scope, string Name) NameOfAttribute(CustomAttribute attribute)
    {
        if (attribute.Constructor.Kind != HandleKind.MemberReference)
            return (null, "");
        var parent = metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent;
        return parent.Kind == HandleKind.TypeReference ? NameOfReference((TypeReferenceHandle)parent) : (null, "");
    }

    private (string? Scope, string Name) NameOfReference(TypeReferenceHandle handle)
    {
        var reference = metadata.GetTypeReference(handle);
        var scope = reference.ResolutionScope.Kind == HandleKind.AssemblyReference
            ? metadata.GetString(metadata.GetAssemblyReference((AssemblyReferenceHandle)reference.ResolutionScope).Name)
            : null;
        return (scope, $"{metadata.GetString(reference.Namespace)}.{metadata.GetString(reference.Name)}");
    }

    private string NameOf(TypeDefinitionHandle handle, int depth = 0)
    {
        if (depth > DeepestType)
            throw new BadImageFormatException();
        var type = metadata.GetTypeDefinition(handle);
        var name = metadata.GetString(type.Name);
        if (type.GetDeclaringType() is { IsNil: false } outer)
            return $"{NameOf(outer, depth + 1)}+{name}";
        var space = metadata.GetString(type.Namespace);
        return space.Length == 0 ? name : $"{space}.{name}";
    }
}
