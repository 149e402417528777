using System.Text.RegularExpressions;
using MailStore.Tests;

namespace MailStore.Host.Tests;

/// <summary>Holds the arrows of the tree: plugins → sdk ← host, and inside the host Commands → (Lmtp, Admin) → Delivery → Modules → Configuration, Commands → Verification → Modules, Commands → Systemd → Configuration.</summary>
public sealed partial class ArchitectureTests
{
    private static readonly string Root = RepositoryRoot.Path;

    private static readonly Dictionary<string, string[]> MayUse = new()
    {
        ["Configuration"] = [],
        ["Modules"] = ["Configuration"],
        ["Delivery"] = ["Modules", "Configuration"],
        ["Lmtp"] = ["Delivery", "Modules", "Configuration"],
        ["Admin"] = ["Delivery", "Modules", "Configuration"],
        ["Verification"] = ["Modules", "Configuration"],
        ["Systemd"] = ["Configuration"],
        ["Commands"] = ["Lmtp", "Admin", "Verification", "Systemd", "Delivery", "Modules", "Configuration"],
    };

    [Fact]
    public void Inside_the_host_arrows_point_one_way()
    {
        var wrong =
            from layer in MayUse
            from file in Sources(Path.Combine("host", "MailStore.Host", layer.Key))
            from Match reference in LayerReference().Matches(File.ReadAllText(file))
            let used = reference.Groups["layer"].Value
            where used != layer.Key && MayUse.ContainsKey(used) && !layer.Value.Contains(used)
            select $"{Path.GetRelativePath(Root, file)} uses {used}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void Every_folder_of_the_host_is_a_layer() =>
        Assert.Equal(
            MayUse.Keys.Order(),
            Directory.GetDirectories(Path.Combine(Root, "host", "MailStore.Host")).Select(Path.GetFileName).Where(name => name is not ("bin" or "obj")).Order());

    [Fact]
    public void Nothing_points_at_the_host_and_plugins_point_at_the_sdk_alone()
    {
        var wrong =
            from project in Directory.EnumerateFiles(Path.Combine(Root, "plugins"), "*.csproj", SearchOption.AllDirectories)
                .Concat(Directory.EnumerateFiles(Path.Combine(Root, "sdk"), "*.csproj", SearchOption.AllDirectories)
                    // what templates hold is an author's tree, not ours
                    .Where(project => !project.Contains("/MailStore.Templates/content/", StringComparison.Ordinal)))
            from Match reference in ProjectReference().Matches(File.ReadAllText(project))
            where !reference.Value.Contains("MailStore.Sdk", StringComparison.Ordinal)
            select $"{Path.GetRelativePath(Root, project)}: {reference.Value}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void The_host_names_no_plugin()
    {
        var plugins = Directory.GetDirectories(Path.Combine(Root, "plugins")).Select(folder => $"MailStore.{Path.GetFileName(folder)}").ToList();
        Assert.NotEmpty(plugins);
        var wrong =
            from file in Sources(Path.Combine("host", "MailStore.Host"))
            let text = File.ReadAllText(file)
            from plugin in plugins
            where Regex.IsMatch(text, $@"\b{Regex.Escape(plugin)}\b")
            select $"{Path.GetRelativePath(Root, file)} names {plugin}";
        Assert.Empty(wrong);
    }

    [Fact]
    public void No_source_file_is_longer_than_500_lines()
    {
        var all = new[] { "host", "sdk", "plugins", "tests" }.SelectMany(Sources).ToList();
        Assert.NotEmpty(all);
        Assert.DoesNotContain(all, file => File.ReadLines(file).Count() > 500);
    }

    private static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));

    [GeneratedRegex(@"MailStore\.Host\.(?<layer>[A-Z]\w+)")]
    private static partial Regex LayerReference();

    [GeneratedRegex(@"<ProjectReference [^>]*>")]
    private static partial Regex ProjectReference();
}
