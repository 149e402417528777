using MailStore.Host.Configuration;

namespace MailStore.Deliver;

/// <summary>Where the server listens, as its configuration says: no more of it is looked at, and none of it checked.</summary>
/// <param name="Addresses">In the order of <c>[lmtp] listen</c>.</param>
/// <param name="DataDirectory">Where relative paths of sockets start; absolute.</param>
internal sealed record Listeners(IReadOnlyList<ListenAddress> Addresses, string DataDirectory)
{
    private const string UsualAddress = "127.0.0.1:2424";
    private const string UsualDataDirectory = "mailstore-data";

    /// <param name="mistakes">What kept the file from being read.</param>
    public static Listeners Read(string? configuration, List<Mistake> mistakes)
    {
        var workingDirectory = Directory.GetCurrentDirectory();
        var file = ConfigurationFile.Find(configuration, workingDirectory, Environment.GetEnvironmentVariable);
        var root = file?.Read(mistakes) is { } text ? TomlReader.Read(text, file.Name, mistakes) : null;
        var folder = file is null ? workingDirectory : Path.GetDirectoryName(file.FullPath) ?? "/";
        var dataDirectory = root?.FindValue("data_dir")?.Value is string { Length: > 0 } named ? named : UsualDataDirectory;
        var listen = root?.FindTable("lmtp")?.FindValue("listen")?.Value switch
        {
            IReadOnlyList<object> list => list.OfType<string>(),
            string one => [one],
            _ => [UsualAddress],
        };
        var addresses = new List<ListenAddress>();
        foreach (var entry in listen)
        {
            if (ListenAddress.TryParse(entry, out var address, out _) && (address.UnixPath is not null || address.Port > 0))
                addresses.Add(address);
        }

        return new Listeners(addresses, Path.GetFullPath(dataDirectory, folder));
    }
}
