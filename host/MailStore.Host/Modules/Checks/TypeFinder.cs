using System.Reflection.Metadata;

namespace MailStore.Host.Modules;

/// <summary>Follows references between assemblies to the types and members that they mean (ECMA-335, II.7.3, II.22.25, II.22.38), as the runtime will.</summary>
internal sealed class TypeFinder(IAssemblySource assemblies)
{
    /// <summary>Longer chains of forwarders, bases and nested types are circles of damaged tables.</summary>
    private const int LongestChain = 64;

    /// <summary>The type behind a definition, a reference, or a generic instance of one.</summary>
    /// <returns>Null if it is not to be found; of an array or the like, too.</returns>
    public TypePlace? Find(AssemblyTypes from, EntityHandle handle, int depth = 0)
    {
        if (depth > LongestChain)
            throw new BadImageFormatException();
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition:
                return new TypePlace(from, (TypeDefinitionHandle)handle);
            case HandleKind.TypeSpecification:
                return GenericOf(from, (TypeSpecificationHandle)handle) is { IsNil: false } generic ? Find(from, generic, depth + 1) : null;
            case HandleKind.TypeReference:
                var reference = from.Metadata.GetTypeReference((TypeReferenceHandle)handle);
                var name = from.Metadata.GetString(reference.Name);
                switch (reference.ResolutionScope.Kind)
                {
                    case HandleKind.TypeReference:
                        return Find(from, reference.ResolutionScope, depth + 1) is { } outer ? FindNested(outer, name) : null;
                    case HandleKind.AssemblyReference:
                        var scope = from.Metadata.GetAssemblyReference((AssemblyReferenceHandle)reference.ResolutionScope);
                        var full = reference.Namespace.IsNil ? name : $"{from.Metadata.GetString(reference.Namespace)}.{name}";
                        return FindIn(from.Metadata.GetString(scope.Name), full, depth + 1);
                    default:
                        return null;
                }

            default:
                return null;
        }
    }

    /// <summary>A type that is not nested, wherever it has moved to.</summary>
    public TypePlace? FindIn(string assembly, string fullName, int depth = 0)
    {
        if (depth > LongestChain)
            throw new BadImageFormatException();
        if (assemblies.Find(assembly) is not { } types || types.Find(fullName) is not { IsNil: false } found)
            return null;
        if (found.Kind == HandleKind.TypeDefinition)
            return new TypePlace(types, (TypeDefinitionHandle)found);
        var moved = types.Metadata.GetExportedType((ExportedTypeHandle)found);
        var target = types.Metadata.GetAssemblyReference((AssemblyReferenceHandle)moved.Implementation);
        return FindIn(types.Metadata.GetString(target.Name), fullName, depth + 1);
    }

    /// <summary>
    /// Whether a type has a member, or inherits it. Of a generic base only the name is compared: there the signature is written with other parameters. Rather
    /// too lenient than refuse what would run.
    /// </summary>
    /// <param name="signature">By <see cref="SignatureText"/>.</param>
    public bool HasMember(TypePlace type, string name, MemberReferenceKind kind, string signature, int depth = 0)
    {
        if (depth > LongestChain)
            throw new BadImageFormatException();
        if (kind == MemberReferenceKind.Method ? HasMethod(type, name, signature) : HasField(type, name, signature))
            return true;
        if (name == ".ctor")
            return false;
        foreach (var parent in ParentsOf(type))
        {
            var inherited = parent.Kind == HandleKind.TypeSpecification ? "" : signature;
            if (Find(type.Assembly, parent) is { } found && HasMember(found, name, kind, inherited, depth + 1))
                return true;
        }

        return false;
    }

    private static bool HasMethod(TypePlace type, string name, string signature)
    {
        foreach (var handle in type.Definition.GetMethods())
        {
            var method = type.Metadata.GetMethodDefinition(handle);
            if (type.Metadata.StringComparer.Equals(method.Name, name) && (signature.Length == 0 || SignatureText.OfMethod(type.Metadata, method.Signature) == signature))
                return true;
        }

        return false;
    }

    private static bool HasField(TypePlace type, string name, string signature)
    {
        foreach (var handle in type.Definition.GetFields())
        {
            var field = type.Metadata.GetFieldDefinition(handle);
            if (type.Metadata.StringComparer.Equals(field.Name, name) && (signature.Length == 0 || SignatureText.OfField(type.Metadata, field.Signature) == signature))
                return true;
        }

        return false;
    }

    private static IEnumerable<EntityHandle> ParentsOf(TypePlace type)
    {
        var definition = type.Definition;
        if (!definition.BaseType.IsNil)
            yield return definition.BaseType;
        if ((definition.Attributes & System.Reflection.TypeAttributes.Interface) == 0)
            yield break;
        foreach (var handle in definition.GetInterfaceImplementations())
            yield return type.Metadata.GetInterfaceImplementation(handle).Interface;
    }

    private static TypePlace? FindNested(TypePlace outer, string name)
    {
        foreach (var handle in outer.Definition.GetNestedTypes())
        {
            if (outer.Metadata.StringComparer.Equals(outer.Metadata.GetTypeDefinition(handle).Name, name))
                return new TypePlace(outer.Assembly, handle);
        }

        return null;
    }

    /// <summary><c>GENERICINST (CLASS | VALUETYPE) TypeDefOrRefOrSpecEncoded …</c> (ECMA-335, II.23.2.14); nil for anything else.</summary>
    public static EntityHandle GenericOf(AssemblyTypes from, TypeSpecificationHandle handle)
    {
        var signature = from.Metadata.GetBlobReader(from.Metadata.GetTypeSpecification(handle).Signature);
        if (signature.ReadSignatureTypeCode() != SignatureTypeCode.GenericTypeInstance)
            return default;
        signature.ReadCompressedInteger();
        return signature.ReadTypeHandle();
    }
}
