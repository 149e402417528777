using System.Globalization;
using System.Text;
using MailStore.Benchmarks.Server;

namespace MailStore.Benchmarks.Growth;

/// <summary>
/// A folder of plugins with the usual ones and many that nobody configured. Each of these is the plugin of mbox files under names of its own, all as long as those they replace:
/// folder, DLL, assembly, namespaces and module, so that the server meets nothing twice.
/// </summary>
internal static class StrangerPlugins
{
    private const string Pattern = "mbox", Assembly = "MailStore.Mbox";

    public static void CopyUsual(string folder)
    {
        foreach (var plugin in new DirectoryInfo(MailStoreServer.ModulesOf(MailStoreServer.Built)).EnumerateDirectories())
        {
            Directory.CreateDirectory(Path.Combine(folder, plugin.Name));
            foreach (var file in plugin.EnumerateFiles())
                file.CopyTo(Path.Combine(folder, plugin.Name, file.Name));
        }
    }

    /// <param name="count">At most 999: names have three digits.</param>
    public static void Add(string folder, int count)
    {
        var files = new DirectoryInfo(Path.Combine(folder, Pattern)).GetFiles().Where(file => file.Extension != ".pdb").Select(file => (file.Name, Bytes: File.ReadAllBytes(file.FullName))).ToList();
        for (var i = 1; i <= count; i++)
        {
            var (module, assembly) = (string.Create(CultureInfo.InvariantCulture, $"x{i:000}"), string.Create(CultureInfo.InvariantCulture, $"Strange.X{i:000}X"));
            var place = Directory.CreateDirectory(Path.Combine(folder, module)).FullName;
            foreach (var (name, bytes) in files)
            {
                var own = bytes.AsSpan().ToArray();
                Replace(own, Encoding.ASCII.GetBytes(Assembly), Encoding.ASCII.GetBytes(assembly));
                // the name that the attribute announces, with its length before it: ECMA-335, II.23.3
                Replace(own, [(byte)Pattern.Length, .. Encoding.ASCII.GetBytes(Pattern)], [(byte)module.Length, .. Encoding.ASCII.GetBytes(module)]);
                File.WriteAllBytes(Path.Combine(place, name.Replace(Assembly, assembly, StringComparison.Ordinal)), own);
            }
        }
    }

    private static void Replace(Span<byte> bytes, ReadOnlySpan<byte> old, ReadOnlySpan<byte> replacement)
    {
        for (; bytes.IndexOf(old) is >= 0 and var at; bytes = bytes[(at + old.Length)..])
            replacement.CopyTo(bytes[at..]);
    }
}
