using MailStore.Tests;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace MailStore.Host.Tests.Modules;

/// <summary>Compiles plugins, and other versions of the SDK, as their authors would.</summary>
internal static class Compiler
{
    public const string Usings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly CSharpParseOptions Language = new(LanguageVersion.Latest);
    private static readonly Lazy<IReadOnlyDictionary<string, MetadataReference>> Framework = new(ReadFramework);
    private static readonly Lazy<IReadOnlyList<SyntaxTree>> SdkSources = new(ReadSdk);

    /// <summary>The SDK of the host.</summary>
    public static string Sdk { get; } = Path.Combine(AppContext.BaseDirectory, "MailStore.Sdk.dll");

    public static string Logging { get; } = typeof(Microsoft.Extensions.Logging.ILogger).Assembly.Location;

    /// <param name="path">Where the assembly is written; its name is the file's.</param>
    /// <param name="references">Paths; one that is called like an assembly of the framework takes its place.</param>
    public static string Compile(string path, IReadOnlyList<string> sources, params string[] references) =>
        Emit(path, [Parse(Usings), .. sources.Select(Parse)], references);

    /// <summary>Compiles the SDK's own sources with changes.</summary>
    /// <param name="folder">Where <c>MailStore.Sdk.dll</c> is written; made if need be.</param>
    /// <param name="change">Gets each file's name and text.</param>
    /// <param name="more">Other sources.</param>
    public static string CompileSdk(string folder, Func<string, string, string> change, string assemblyVersion = "0.0.0.0", params string[] more)
    {
        Directory.CreateDirectory(folder);
        var changed = 0;
        var trees = SdkSources.Value.Select(tree =>
        {
            var text = tree.ToString();
            var wanted = change(Path.GetFileName(tree.FilePath), text);
            if (wanted == text)
                return tree;
            changed++;
            return Parse(wanted);
        }).ToList();
        Assert.True(changed > 0 || more.Length > 0 || assemblyVersion != "0.0.0.0", "the SDK was to be changed");
        return Emit(
            Path.Combine(folder, "MailStore.Sdk.dll"),
            [Parse(Usings), Parse($"[assembly: System.Reflection.AssemblyVersion(\"{assemblyVersion}\")]"), .. trees, .. more.Select(Parse)],
            [Logging]);
    }

    private static string Emit(string path, IEnumerable<SyntaxTree> trees, IReadOnlyList<string> references)
    {
        var names = references.Select(Path.GetFileName).ToHashSet();
        var compilation = CSharpCompilation.Create(
            Path.GetFileNameWithoutExtension(path),
            trees,
            [.. Framework.Value.Where(known => !names.Contains(known.Key)).Select(known => known.Value), .. references.Select(each => MetadataReference.CreateFromFile(each))],
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable, deterministic: true));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var file = File.Create(path);
        var result = compilation.Emit(file);
        Assert.True(result.Success, string.Join("\n", result.Diagnostics.Where(found => found.Severity == DiagnosticSeverity.Error)));
        return path;
    }

    private static SyntaxTree Parse(string source) => CSharpSyntaxTree.ParseText(source, Language);

    /// <summary>The reference assemblies, as a build takes them; where the SDK of .NET has none, the framework itself.</summary>
    private static Dictionary<string, MetadataReference> ReadFramework()
    {
        var runtime = Path.GetDirectoryName(typeof(object).Assembly.Location)!;
        var packs = Path.GetFullPath(Path.Combine(runtime, "../../../packs/Microsoft.NETCore.App.Ref"));
        var framework = $"net{Environment.Version.ToString(2)}";
        var folder = Directory.Exists(packs)
            ? Directory.GetDirectories(packs).Select(pack => Path.Combine(pack, "ref", framework)).Where(Directory.Exists).Order(StringComparer.Ordinal).LastOrDefault()
            : null;
        return Directory.GetFiles(folder ?? runtime, "*.dll").Where(path => folder is not null || Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
            .ToDictionary(path => Path.GetFileName(path), path => (MetadataReference)MetadataReference.CreateFromFile(path));
    }

    private static List<SyntaxTree> ReadSdk() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, "sdk", "MailStore.Sdk"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), Language, file)),
    ];
}
