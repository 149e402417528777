using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using MailStore.Sdk;

namespace MailStore.S3.Client;

/// <summary>Keys of a file of the administrator's, read anew when it changes, so that they can be exchanged without a restart.</summary>
internal sealed class FileCredentials(string path, string profile, TimeProvider clock) : AWSCredentials
{
    private const UnixFileMode Others = UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private ImmutableCredentials? _keys;
    private DateTime _changed;
    private long _looked;

    /// <summary>Reads the file, and says what is wrong with it.</summary>
    /// <exception cref="ModuleConfigurationException">It cannot be used.</exception>
    public void Check()
    {
        try
        {
            _ = GetCredentials();
        }
        catch (AmazonClientException e)
        {
            throw new ModuleConfigurationException(e.Message, e);
        }
    }

    public override ImmutableCredentials GetCredentials()
    {
        lock (_lock)
        {
            if (_keys is not null && clock.GetElapsedTime(_looked) < LookEvery)
                return _keys;
            var changed = File.GetLastWriteTimeUtc(path);
            if (_keys is null || changed != _changed)
                _keys = Read();
            (_changed, _looked) = (changed, clock.GetTimestamp());
            return _keys;
        }
    }

    public override Task<ImmutableCredentials> GetCredentialsAsync() => Task.FromResult(GetCredentials());

    private ImmutableCredentials Read()
    {
        try
        {
            if ((File.GetUnixFileMode(path) & Others) != 0)
                throw new AmazonClientException($"the credentials file {path} can be read or written by others; 'chmod 600 {path}'");
            return new SharedCredentialsFile(path).TryGetProfile(profile, out var found) && found.CanCreateAWSCredentials
                ? found.GetAWSCredentials(null).GetCredentials()
                : throw new AmazonClientException($"the credentials file {path} has no profile '{profile}' with aws_access_key_id and aws_secret_access_key");
        }
        catch (InvalidDataException)
        {
            // its message has the line in it, which may be a key
            throw new AmazonClientException($"the credentials file {path} has a line that is neither [profile] nor 'name = value'; it wants aws_access_key_id and aws_secret_access_key below [{profile}]");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AmazonClientException($"the credentials file {path} cannot be read: {e.Message}", e);
        }
    }
}
