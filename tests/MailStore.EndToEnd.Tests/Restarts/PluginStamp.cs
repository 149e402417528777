using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text;

namespace MailStore.EndToEnd.Tests.Restarts;

/// <summary>Makes another version of a plugin out of the one that was built: a DLL that differs where its version stands.</summary>
internal static class PluginStamp
{
    private const string Attribute = "AssemblyInformationalVersionAttribute";
    private const string Digits = "0123456789abcdefghijklmnopqrstuvwxyz";

    /// <returns>The DLL, and the version that it says it has: 0.1.0 becomes 0.1.1 and so on.</returns>
    public static (byte[] Dll, string Version) Next(byte[] dll, int number)
    {
        using var image = new PEReader(new MemoryStream(dll));
        var metadata = image.GetMetadataReader();
        var attribute = metadata.GetAssemblyDefinition().GetCustomAttributes().Select(metadata.GetCustomAttribute).Single(attribute => NameOf(metadata, attribute) == Attribute);
        // a blob: its length, 01 00, and the string: its length, its bytes (ECMA-335, II.23.3)
        var text = metadata.GetBlobReader(attribute.Value);
        Assert.Equal(1, text.ReadUInt16());
        var version = text.ReadSerializedString()!.Split('+')[0];
        Assert.EndsWith(".0", version, StringComparison.Ordinal);
        var changed = version[..^1] + Digits[number];

        var blobs = image.PEHeaders.MetadataStartOffset + metadata.GetHeapMetadataOffset(HeapIndex.Blob);
        var from = blobs + metadata.GetHeapOffset(attribute.Value);
        var at = from + dll.AsSpan(from).IndexOf(Encoding.UTF8.GetBytes(version));
        var copy = dll.ToArray();
        Encoding.UTF8.GetBytes(changed).CopyTo(copy, at);
        return (copy, changed);
    }

    private static string NameOf(MetadataReader metadata, CustomAttribute attribute) =>
        attribute.Constructor.Kind == HandleKind.MemberReference
        && metadata.GetMemberReference((MemberReferenceHandle)attribute.Constructor).Parent is { Kind: HandleKind.TypeReference } type
            ? metadata.GetString(metadata.GetTypeReference((TypeReferenceHandle)type).Name)
            : "";
}
