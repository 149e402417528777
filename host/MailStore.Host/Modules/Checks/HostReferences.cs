using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;

namespace MailStore.Host.Modules;

/// <summary>
/// Finds what an assembly takes from those of the host, and the host does not have: every type (TypeRef, ExportedType) and every method and field (MemberRef, through
/// which also generic instances, MethodSpecs, overrides and explicit implementations go). In the order of the tables; a member of a type that is lacking is not told
/// beside it.
/// </summary>
internal sealed class HostReferences(AssemblyTypes from, PluginScope scope, Func<AssemblyReference, bool> concerns)
{
    private const int DeepestType = 32;

    private readonly TypeFinder _finder = new(scope);
    private readonly Dictionary<int, string?> _assemblies = [];
    private readonly Dictionary<int, TypePlace?> _types = [];

    public IEnumerable<MissingReference> FindMissing()
    {
        // most plugins' libraries know nothing of the host but its framework
        if (!from.Metadata.AssemblyReferences.Any(handle => AssemblyOf(handle) is not null))
            yield break;
        foreach (var handle in from.Metadata.TypeReferences)
        {
            if (AssemblyOf(handle) is { } assembly && FindType(handle) is null)
                yield return new MissingReference(assembly, SignatureText.NameOf(from.Metadata, handle), null);
        }

        foreach (var handle in from.Metadata.ExportedTypes)
        {
            var type = from.Metadata.GetExportedType(handle);
            var name = type.Namespace.IsNil ? from.Metadata.GetString(type.Name) : $"{from.Metadata.GetString(type.Namespace)}.{from.Metadata.GetString(type.Name)}";
            if (AssemblyOf(type.Implementation) is { } assembly && _finder.FindIn(assembly, name) is null)
                yield return new MissingReference(assembly, name, null);
        }

        foreach (var handle in from.Metadata.MemberReferences)
        {
            if (FindMissing(from.Metadata.GetMemberReference(handle)) is { } missing)
                yield return missing;
        }
    }

    private MissingReference? FindMissing(MemberReference member)
    {
        // of arrays, of this assembly's own types, and of libraries: none of the host's
        var parent = member.Parent.Kind == HandleKind.TypeSpecification ? TypeFinder.GenericOf(from, (TypeSpecificationHandle)member.Parent) : member.Parent;
        if (parent.Kind != HandleKind.TypeReference || AssemblyOf(parent) is not { } assembly || FindType((TypeReferenceHandle)parent) is not { } type)
            return null;
        var name = from.Metadata.GetString(member.Name);
        var kind = member.GetKind();
        var signature = kind == MemberReferenceKind.Method
            ? SignatureText.OfMethod(from.Metadata, member.Signature)
            : SignatureText.OfField(from.Metadata, member.Signature);
        if (_finder.HasMember(type, name, kind, signature))
            return null;
        var parameters = kind == MemberReferenceKind.Method ? SignatureText.ParametersForPeople(from.Metadata, member.Signature) : null;
        return new MissingReference(assembly, SignatureText.NameOf(from.Metadata, (TypeReferenceHandle)parent), MemberName.ForPeople(name, parameters));
    }

    private TypePlace? FindType(TypeReferenceHandle handle)
    {
        if (!_types.TryGetValue(MetadataTokens.GetToken(handle), out var type))
            _types.Add(MetadataTokens.GetToken(handle), type = _finder.Find(from, handle));
        return type;
    }

    /// <summary>The assembly of the host that a reference leads to; null where it leads elsewhere, or to none that is there.</summary>
    private string? AssemblyOf(EntityHandle handle)
    {
        for (var depth = 0; handle.Kind == HandleKind.TypeReference; handle = from.Metadata.GetTypeReference((TypeReferenceHandle)handle).ResolutionScope)
        {
            if (++depth > DeepestType)
                throw new BadImageFormatException();
        }

        if (handle.IsNil || handle.Kind != HandleKind.AssemblyReference)
            return null;
        if (!_assemblies.TryGetValue(MetadataTokens.GetToken(handle), out var known))
        {
            var reference = from.Metadata.GetAssemblyReference((AssemblyReferenceHandle)handle);
            var name = from.Metadata.GetString(reference.Name);
            _assemblies.Add(MetadataTokens.GetToken(handle), known = scope.IsHosts(name) && concerns(reference) && scope.Find(name) is not null ? name : null);
        }

        return known;
    }
}
