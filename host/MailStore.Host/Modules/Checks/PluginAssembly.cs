using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MailStore.Host.Modules;

/// <summary>
/// One DLL of a plugin, read into memory as it was at one moment. Never mapped: a file that is truncated while it is mapped kills the process. What the
/// reader makes of a damaged file is told as <see cref="Damage"/>, whatever it throws.
/// </summary>
internal sealed class PluginAssembly : IDisposable
{
    /// <summary>No assembly of .NET is larger (the offsets in it have 32 bits, and its reader's a sign).</summary>
    private const long LargestFile = 1L << 30;

    private static readonly Machine HostMachine = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => Machine.Amd64,
        Architecture.Arm64 => Machine.Arm64,
        Architecture.RiscV64 => Machine.RiscV64,
        Architecture.LoongArch64 => Machine.LoongArch64,
        _ => Machine.Unknown,
    };

    private readonly PEReader? _file;

    private readonly byte[] _bytes;

    private PluginAssembly(byte[] bytes, PEReader? file, MetadataReader? metadata, string? damage)
    {
        _bytes = bytes;
        _file = file;
        Metadata = metadata;
        Damage = damage;
    }

    /// <summary>Null if it is no assembly, or none that can be used.</summary>
    public MetadataReader? Metadata { get; }

    /// <summary>Why there is no metadata; ends a sentence that begins with the path: <c>is not a .NET assembly</c>.</summary>
    public string? Damage { get; }

    /// <summary>Whether it is a library of machine code, whole as far as can be told; harmless as long as nobody takes it for an assembly.</summary>
    public bool IsNative { get; private init; }

    /// <summary>SHA-256 of what was read.</summary>
    public byte[] Hash => SHA256.HashData(_bytes);

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static PluginAssembly Read(string path)
    {
        var bytes = ReadAll(path);
        if (bytes.AsSpan().StartsWith("\u007fELF"u8))
            return new PluginAssembly(bytes, null, null, "is a native library, not a .NET assembly") { IsNative = true };
        PEReader? file = null;
        try
        {
            file = new PEReader(ImmutableCollectionsMarshal.AsImmutableArray(bytes));
            if (FindDamage(file.PEHeaders, bytes.Length, out var isNative) is { } damage)
            {
                file.Dispose();
                return new PluginAssembly(bytes, null, null, damage) { IsNative = isNative };
            }

            return new PluginAssembly(bytes, file, file.GetMetadataReader(), null);
        }
        catch (Exception) // the boundary of a module: the reader throws what it likes for a file that is none
        {
            file?.Dispose();
            return new PluginAssembly(bytes, null, null, "is not a .NET assembly, or is damaged");
        }
    }

    public void Dispose() => _file?.Dispose();

    /// <summary>What the runtime would stumble over (ECMA-335, II.25).</summary>
    private static string? FindDamage(PEHeaders headers, int length, out bool isNative)
    {
        isNative = false;
        if (headers.PEHeader is null || headers.SectionHeaders.Any(section => (long)section.PointerToRawData + section.SizeOfRawData > length)
            // a signature stands behind the last section, and its address is that in the file
            || (long)headers.PEHeader.CertificateTableDirectory.RelativeVirtualAddress + headers.PEHeader.CertificateTableDirectory.Size > length)
            return "is not a .NET assembly, or is damaged: its end is missing";
        isNative = headers.CorHeader is null;
        if (headers.CorHeader is not { } header)
            return "is a native library, not a .NET assembly";
        // compiled ahead of time: the runtime takes the code that fits, and compiles the rest
        if (header.ManagedNativeHeaderDirectory.Size > 0)
            return null;
        if (!header.Flags.HasFlag(CorFlags.ILOnly))
            return "holds machine code beside that of .NET (C++/CLI), which runs on Windows alone";
        var machine = headers.CoffHeader.Machine;
        var isNeutral = machine == Machine.I386 && !header.Flags.HasFlag(CorFlags.Requires32Bit);
        return isNeutral || machine == HostMachine ? null : $"is made for {machine} processors alone, and this is {HostMachine}";
    }

    private static byte[] ReadAll(string path)
    {
        // a pipe would have its reader wait for ever
        if (!SystemCalls.Status(path, follow: true).IsFile)
            throw new IOException("it is no regular file");
        using var file = File.OpenRead(path);
        if (file.Length > LargestFile)
            throw new IOException($"with {file.Length} bytes it is too large for an assembly");
        var bytes = new byte[file.Length];
        var count = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return count == bytes.Length ? bytes : bytes[..count];
    }
}
