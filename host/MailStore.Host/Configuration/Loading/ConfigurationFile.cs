namespace MailStore.Host.Configuration;

/// <summary>Where the configuration is.</summary>
/// <param name="Name">As the administrator named it, for messages.</param>
/// <param name="FullPath">Absolute.</param>
internal sealed record ConfigurationFile(string Name, string FullPath)
{
    public const string Variable = "MAILSTORE_CONFIG";
    public const string LocalName = "mailstore.toml";
    public const string SystemPath = "/etc/mailstore/mailstore.toml";

    /// <summary>No configuration that a person or a script wrote is larger; a device or a mailbox given by mistake is not read into memory.</summary>
    private const int LargestFile = 64 * 1024 * 1024;

    /// <summary>
    /// The first of --config, $MAILSTORE_CONFIG, ./mailstore.toml and /etc/mailstore/mailstore.toml that there is. One of the first two that is named
    /// counts, there or not: a mistyped path must not make another file serve in silence.
    /// </summary>
    public static ConfigurationFile? Find(
        string? explicitPath, string workingDirectory, Func<string, string?> environment, string systemPath = SystemPath)
    {
        if (explicitPath is not null)
            return At(explicitPath);
        if (environment(Variable) is { Length: > 0 } named)
            return At(named);
        var local = At(LocalName);
        if (Path.Exists(local.FullPath))
            return local;
        return Path.Exists(systemPath) ? At(systemPath) : null;

        ConfigurationFile At(string path) => new(path, path.Length == 0 ? workingDirectory : Path.GetFullPath(path, workingDirectory));
    }

    /// <returns>Null if it cannot be read; then a mistake says why.</returns>
    public string? Read(ICollection<Mistake> mistakes)
    {
        if (Name.Length == 0)
            return Fail("the path of the configuration file is empty");
        if (Directory.Exists(FullPath))
            return Fail("is a folder, not a configuration file");
        try
        {
            using var file = File.OpenRead(FullPath);
            var bytes = new MemoryStream();
            var buffer = new byte[16 * 1024];
            while (file.Read(buffer) is > 0 and var count)
            {
                bytes.Write(buffer, 0, count);
                if (bytes.Length > LargestFile)
                    return Fail("is larger than 64M, and surely no configuration");
            }

            return Utf8Text.Decode(bytes.GetBuffer().AsSpan(0, (int)bytes.Length), Name, mistakes);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Fail("the configuration file does not exist");
        }
        catch (UnauthorizedAccessException)
        {
            return Fail($"the configuration file may not be read by user '{Environment.UserName}'; change its mode or owner");
        }
        catch (Exception e) when (e is IOException or ArgumentException or NotSupportedException)
        {
            return Fail($"the configuration file cannot be read: {e.Message}");
        }

        string? Fail(string message)
        {
            mistakes.Add(new Mistake(Name, 0, 0, message));
            return null;
        }
    }
}
