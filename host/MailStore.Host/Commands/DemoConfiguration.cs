using MailStore.Host.Configuration;

namespace MailStore.Host.Commands;

/// <summary>The configuration of the demo: the defaults, a free port, a folder of its own.</summary>
internal static class DemoConfiguration
{
    public static HostConfiguration In(string folder, string modulesDirectory)
    {
        var file = Path.Combine(folder, "mailstore.toml");
        File.WriteAllText(file, $"""
            data_dir    = "data"
            modules_dir = '{modulesDirectory}'

            [lmtp]
            listen = ["127.0.0.1:0"]

            """);
        return ConfigurationLoader.Load(file, folder, _ => null);
    }
}
