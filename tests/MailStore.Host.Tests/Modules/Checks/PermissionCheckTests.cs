using System.Diagnostics;
using MailStore.Host.Modules;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Tests.Modules;

/// <summary>Who may write a plugin's files, or any folder on the way to them, runs code as the server.</summary>
public sealed class PermissionCheckTests : IDisposable
{
    private const UnixFileMode OthersWrite = UnixFileMode.OtherWrite;

    private readonly ModulesHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public void A_dll_that_everybody_may_write_is_refused_with_the_command_that_mends_it()
    {
        var path = Path.Combine(_home.Add("JsonNew"), "MailStore.Fixtures.Json.dll");
        AssertRefusedAndMended(path, $"{path} may be written by everybody (mode 0", $"chmod o-w {path}");
    }

    [Fact]
    public void So_is_any_other_file_of_the_plugin()
    {
        var path = Path.Combine(_home.Add("JsonNew"), "Newtonsoft.Json.dll");
        AssertRefusedAndMended(path, $"{path} may be written by everybody", $"chmod o-w {path}");
    }

    [Fact]
    public void So_is_its_folder()
    {
        var folder = _home.Add("JsonNew");
        AssertRefusedAndMended(folder, $"{folder} may be written by everybody", $"chmod o-w {folder}");
    }

    [Fact]
    public void So_is_a_folder_in_it()
    {
        var folder = _home.Add("JsonNew");
        var inner = Path.GetDirectoryName(_home.Write("jsonnew/data/x.txt", []))!;
        AssertRefusedAndMended(inner, $"{inner} may be written by everybody", $"chmod o-w {inner}");
        Assert.StartsWith(folder, inner, StringComparison.Ordinal);
    }

    [Fact]
    public void So_is_the_modules_directory_sticky_or_not()
    {
        _home.Add("JsonNew");
        AssertRefusedAndMended(_home.Modules, $"{_home.Modules} may be written by everybody", $"chmod o-w {_home.Modules}");
        File.SetUnixFileMode(_home.Modules, File.GetUnixFileMode(_home.Modules) | OthersWrite | UnixFileMode.StickyBit);
        CompiledPlugin.AssertRefused(Discover(), $"{_home.Modules} may be written by everybody", $"chmod o-w {_home.Modules}");
    }

    [Fact]
    public void So_is_any_folder_up_to_the_root_unless_it_is_sticky()
    {
        _home.Add("JsonNew");
        var above = Path.GetDirectoryName(_home.Modules)!;
        AssertRefusedAndMended(above, $"{above} may be written by everybody", $"chmod o-w {above}");
        // as /tmp, in which all of this is
        File.SetUnixFileMode(above, File.GetUnixFileMode(above) | OthersWrite | UnixFileMode.StickyBit);
        Assert.Null(Discover().Problem);
    }

    [Fact]
    public void A_link_leads_to_the_folders_on_its_way()
    {
        var outside = Path.Combine(Path.GetDirectoryName(_home.Modules)!, "outside");
        ModulesHome.CopyOver("JsonNew", Path.Combine(outside, "plugin"));
        Directory.CreateSymbolicLink(Path.Combine(_home.Modules, "linked"), "../outside/./plugin");
        Assert.Null(Discover().Problem);
        AssertRefusedAndMended(outside, $"{outside} may be written by everybody", $"chmod o-w {outside}");
        AssertRefusedAndMended(_home.Modules, $"{_home.Modules} may be written by everybody", $"chmod o-w {_home.Modules}");
    }

    [Fact]
    public void A_file_that_is_a_link_leads_to_the_folders_on_its_way()
    {
        var folder = _home.Add("JsonNew");
        var outside = Path.Combine(Path.GetDirectoryName(_home.Modules)!, "outside");
        Directory.CreateDirectory(outside);
        File.Move(Path.Combine(folder, "Newtonsoft.Json.dll"), Path.Combine(outside, "Newtonsoft.Json.dll"));
        File.CreateSymbolicLink(Path.Combine(folder, "Newtonsoft.Json.dll"), Path.Combine(outside, "Newtonsoft.Json.dll"));
        Assert.Null(Discover().Problem);
        AssertRefusedAndMended(outside, $"{outside} may be written by everybody", $"chmod o-w {outside}");
    }

    [Fact]
    public void Links_in_a_circle_are_told()
    {
        var folder = _home.Add("JsonNew");
        File.CreateSymbolicLink(Path.Combine(folder, "a.txt"), "b.txt");
        File.CreateSymbolicLink(Path.Combine(folder, "b.txt"), "a.txt");
        CompiledPlugin.AssertRefused(Discover(), "too many symbolic links", "let the user");
    }

    [Fact]
    public void One_command_mends_a_folder_in_which_everything_is_open()
    {
        var folder = _home.Add("JsonNew");
        foreach (var path in Directory.GetFiles(folder).Append(folder))
            File.SetUnixFileMode(path, File.GetUnixFileMode(path) | OthersWrite);
        CompiledPlugin.AssertRefused(Discover(), "more of its files and folders likewise", $"chmod -R o-w {folder}");
    }

    [Fact]
    public void A_name_with_blanks_is_quoted_for_the_shell()
    {
        var path = Path.Combine(_home.Add("JsonNew", "it's json"), "Newtonsoft.Json.dll");
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | OthersWrite);
        CompiledPlugin.AssertRefused(Discover(), path, $@"chmod o-w '{_home.Modules}/it'\''s json/Newtonsoft.Json.dll'");
    }

    [RootFact]
    public void Files_of_another_user_are_refused()
    {
        var folder = _home.Add("JsonNew");
        var path = Path.Combine(folder, "Newtonsoft.Json.dll");
        Run("chown", "12345", path);
        CompiledPlugin.AssertRefused(Discover(), $"{path} belongs to the user 12345", $"chown root {path}");
        Run("chown", "root", path);
        Run("chown", "12345", folder);
        CompiledPlugin.AssertRefused(Discover(), $"{folder} belongs to the user 12345", $"chown root {folder}");
    }

    [RootFact]
    public void A_link_of_another_user_is_refused()
    {
        ModulesHome.CopyOver("JsonNew", Path.Combine(Path.GetDirectoryName(_home.Modules)!, "outside"));
        var link = Path.Combine(_home.Modules, "linked");
        Directory.CreateSymbolicLink(link, "../outside");
        Run("chown", "-h", "12345", link);
        CompiledPlugin.AssertRefused(Discover(), $"{link} belongs to the user 12345", $"chown -h root {link}");
    }

    [RootFact]
    public void A_group_that_others_are_in_is_refused_and_a_users_own_is_not()
    {
        var path = Path.Combine(_home.Add("JsonNew"), "Newtonsoft.Json.dll");
        File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.GroupWrite);
        Assert.Null(Discover().Problem);
        Run("chgrp", "12345", path);
        CompiledPlugin.AssertRefused(Discover(), $"{path} may be written by the group 12345 (mode 0", $"chmod g-w {path}");
    }

    [RootFact]
    public void An_access_list_is_looked_through()
    {
        var path = Path.Combine(_home.Add("JsonNew"), "Newtonsoft.Json.dll");
        if (!AccessList.TrySet(path, user: 12345))
            return; // this file system has none
        CompiledPlugin.AssertRefused(Discover(), "its access list (getfacl) names, (mode 0664)", $"chmod g-w {path}");
        Run("chmod", "g-w", path);
        Assert.Null(Discover().Problem);
    }

    [Fact]
    public async Task A_plugin_that_anybody_may_write_and_nobody_configured_stops_nothing()
    {
        var folder = _home.Add("JsonNew");
        File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | OthersWrite);
        await using var modules = _home.Load();
        modules.TellBroken();
        Assert.Contains(_home.Log.Entries, entry => entry.Level == LogLevel.Warning && entry.Text.Contains($"chmod o-w {folder}", StringComparison.Ordinal));
    }

    [Fact]
    public void A_modules_directory_that_anybody_may_write_is_one_mistake()
    {
        _home.Add("Misbehaving");
        _home.Add("JsonNew");
        File.SetUnixFileMode(_home.Modules, File.GetUnixFileMode(_home.Modules) | OthersWrite);
        var mistake = Assert.Single(_home.Refusals(_home.Configuration(_home.Mda("json"))));
        Assert.Contains($"chmod o-w {_home.Modules}", mistake, StringComparison.Ordinal);
    }

    private static void Run(string command, params string[] arguments)
    {
        using var process = Process.Start(command, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private void AssertRefusedAndMended(string path, string reason, string remedy)
    {
        var mode = File.GetUnixFileMode(path);
        File.SetUnixFileMode(path, mode | OthersWrite);
        CompiledPlugin.AssertRefused(Discover(), reason, remedy);
        Run("sh", "-c", remedy);
        Assert.Equal(mode, File.GetUnixFileMode(path));
        Assert.Null(Discover().Problem);
    }

    private PluginFile Discover() => Assert.Single(PluginDiscovery.Discover(_home.Modules));
}
