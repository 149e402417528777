using MailStore.Sdk;

namespace MailStore.Postgres.Connections;

/// <summary>The file that holds the password. Read for each new connection, so that a password can be changed while the server runs.</summary>
internal sealed class PasswordFile(string path)
{
    private const UnixFileMode OfOthers = UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.GroupWrite;

    /// <exception cref="ModuleConfigurationException">It cannot be read, or by too many.</exception>
    public string Read()
    {
        try
        {
            if ((File.GetUnixFileMode(path) & OfOthers) != 0)
                throw new ModuleConfigurationException($"the password file {path} can be read or written by others; say 'chmod 600 {path}'");
            using var reader = new StreamReader(path);
            return reader.ReadLine() is { Length: > 0 } password
                ? password
                : throw new ModuleConfigurationException($"the password file {path} is empty; its first line is the password");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModuleConfigurationException($"the password file {path} cannot be read: {e.Message}", e);
        }
    }
}
