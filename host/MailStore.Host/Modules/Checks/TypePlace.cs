using System.Reflection.Metadata;

namespace MailStore.Host.Modules;

/// <summary>A type, where it is defined.</summary>
internal readonly record struct TypePlace(AssemblyTypes Assembly, TypeDefinitionHandle Handle)
{
    public MetadataReader Metadata => Assembly.Metadata;

    public TypeDefinition Definition => Assembly.Metadata.GetTypeDefinition(Handle);

    public string FullName => SignatureText.NameOf(Metadata, Handle);
}
