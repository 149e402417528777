using System.Reflection.Metadata;

namespace MailStore.Host.Modules;

/// <summary>A type, where it is defined. A class, so that collections of it need no code of their own at the start.</summary>
internal sealed record TypePlace(AssemblyTypes Assembly, TypeDefinitionHandle Handle)
{
    public MetadataReader Metadata => Assembly.Metadata;

    public TypeDefinition Definition => Assembly.Metadata.GetTypeDefinition(Handle);

    public string FullName => SignatureText.NameOf(Metadata, Handle);
}
