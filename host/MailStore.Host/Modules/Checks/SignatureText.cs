using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Runtime.CompilerServices;
using System.Text;

namespace MailStore.Host.Modules;

/// <summary>
/// Writes signatures (ECMA-335, II.23.2) as text that is the same for the same signature in any assembly: types by their full names, without the assemblies
/// that they are in, since those differ between a reference and what it leads to (System.Runtime, System.Private.CoreLib).
/// </summary>
internal sealed class SignatureText : ISignatureTypeProvider<string, object?>
{
    /// <summary>No compiler writes longer ones; keeps the nesting of a damaged one from exhausting the stack.</summary>
    private const int LongestSignature = 2048;

    private const int DeepestType = 32;

    public static SignatureText Instance { get; } = new();

    public static string OfMethod(MetadataReader metadata, BlobHandle signature)
    {
        var decoder = new SignatureDecoder<string, object?>(Instance, metadata, null);
        var blob = Open(metadata, signature);
        var method = decoder.DecodeMethodSignature(ref blob);
        return $"{(method.Header.IsInstance ? "instance " : "")}{method.GenericParameterCount} {method.ReturnType}({string.Join(", ", method.ParameterTypes)})";
    }

    public static string OfField(MetadataReader metadata, BlobHandle signature)
    {
        var blob = Open(metadata, signature);
        return new SignatureDecoder<string, object?>(Instance, metadata, null).DecodeFieldSignature(ref blob);
    }

    /// <summary>The types of the parameters as people write them: <c>String, CancellationToken</c>.</summary>
    public static IReadOnlyList<string> ParametersForPeople(MetadataReader metadata, BlobHandle signature)
    {
        var blob = Open(metadata, signature);
        return [.. new SignatureDecoder<string, object?>(Instance, metadata, null).DecodeMethodSignature(ref blob).ParameterTypes.Select(ForPeople)];
    }

    public static int CountParameters(MetadataReader metadata, BlobHandle signature)
    {
        var blob = Open(metadata, signature);
        if (blob.ReadSignatureHeader().IsGeneric)
            blob.ReadCompressedInteger();
        return blob.ReadCompressedInteger();
    }

    public static string NameOf(MetadataReader metadata, TypeReferenceHandle handle, int depth = 0)
    {
        var type = metadata.GetTypeReference(handle);
        var name = metadata.GetString(type.Name);
        if (type.ResolutionScope.Kind == HandleKind.TypeReference)
            return $"{NameOf(metadata, (TypeReferenceHandle)type.ResolutionScope, Deeper(depth))}+{name}";
        return type.Namespace.IsNil ? name : $"{metadata.GetString(type.Namespace)}.{name}";
    }

    public static string NameOf(MetadataReader metadata, TypeDefinitionHandle handle, int depth = 0)
    {
        var type = metadata.GetTypeDefinition(handle);
        var name = metadata.GetString(type.Name);
        if (type.GetDeclaringType() is { IsNil: false } outer)
            return $"{NameOf(metadata, outer, Deeper(depth))}+{name}";
        return type.Namespace.IsNil ? name : $"{metadata.GetString(type.Namespace)}.{name}";
    }

    /// <summary>Without namespaces, and without the counts of generic parameters.</summary>
    public static string ForPeople(string type)
    {
        var text = new StringBuilder();
        var word = 0;
        for (var i = 0; i < type.Length; i++)
        {
            var letter = type[i];
            if (letter == '.')
                text.Length = word; // a namespace
            else if (letter == '`')
                while (i + 1 < type.Length && char.IsAsciiDigit(type[i + 1]))
                    i++;
            else
                text.Append(letter == '+' ? '.' : letter);
            if (letter is '<' or '>' or ',' or ' ' or '+')
                word = text.Length;
        }

        return text.ToString();
    }

    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => "System." + typeCode;

    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => NameOf(reader, handle);

    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => NameOf(reader, handle);

    public string GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack(); // a damaged one may name itself
        return reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);
    }

    public string GetSZArrayType(string elementType) => elementType + "[]";

    public string GetArrayType(string elementType, ArrayShape shape) => $"{elementType}[{new string(',', Math.Clamp(shape.Rank - 1, 0, DeepestType))}]";

    public string GetPointerType(string elementType) => elementType + "*";

    public string GetByReferenceType(string elementType) => elementType + "&";

    public string GetPinnedType(string elementType) => elementType;

    public string GetGenericInstantiation(string genericType, ImmutableArray<string> typeArguments) => $"{genericType}<{string.Join(", ", typeArguments)}>";

    public string GetGenericTypeParameter(object? genericContext, int index) => $"!{index}";

    public string GetGenericMethodParameter(object? genericContext, int index) => $"!!{index}";

    public string GetFunctionPointerType(MethodSignature<string> signature) =>
        $"delegate*<{string.Join(", ", signature.ParameterTypes.Append(signature.ReturnType))}>";

    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => isRequired ? $"{unmodifiedType} modreq {modifier}" : unmodifiedType;

    private static int Deeper(int depth) => depth < DeepestType ? depth + 1 : throw new BadImageFormatException();

    private static BlobReader Open(MetadataReader metadata, BlobHandle signature)
    {
        var blob = metadata.GetBlobReader(signature);
        return blob.Length <= LongestSignature ? blob : throw new BadImageFormatException();
    }
}
