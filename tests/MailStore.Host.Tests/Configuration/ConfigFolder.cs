using MailStore.Host.Configuration;

namespace MailStore.Host.Tests.Configuration;

/// <summary>A working directory with a configuration in it, and no environment.</summary>
internal sealed class ConfigFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("mailstore-config-").FullName;

    public Dictionary<string, string?> Environment { get; } = [];

    public void Dispose() => Directory.Delete(Path, recursive: true);

    public string At(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string text, string name = "mailstore.toml")
    {
        File.WriteAllText(At(name), text);
        return At(name);
    }

    public HostConfiguration Load(string? explicitPath = null, string? programDirectory = null) =>
        ConfigurationLoader.Load(ConfigurationFile.Find(explicitPath, Path, Environment.GetValueOrDefault, systemPath: At("etc.toml")), Path, programDirectory);

    /// <summary>The configuration of a file with this text.</summary>
    public static HostConfiguration LoadText(string text)
    {
        using var folder = new ConfigFolder();
        folder.Write(text);
        return folder.Load();
    }

    public static string[] MistakesOf(string text) => [.. LoadText(text).Mistakes.Select(mistake => mistake.ToString())];

    /// <summary>A configuration that must be without mistakes.</summary>
    public static HostConfiguration LoadRight(string text)
    {
        var configuration = LoadText(text);
        Assert.Empty(configuration.Mistakes);
        return configuration;
    }

    /// <summary>The table of a module's options, of a file that must be right so far.</summary>
    public static ConfigTable Table(string options) => LoadRight($"[mda.maildir]\n{options}").Modules[0].OptionsTable;
}
