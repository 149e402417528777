using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using MailStore.Sdk;

namespace MailStore.S3.Client;

/// <summary>Makes the client of the AWS SDK.</summary>
internal static class S3Client
{
    /// <exception cref="ModuleConfigurationException">Options contradict each other.</exception>
    public static AmazonS3Client Create(S3Options options, ModuleContext context, AWSCredentials credentials)
    {
        var config = new AmazonS3Config
        {
            MaxErrorRetry = 0,
            Timeout = Timeout.InfiniteTimeSpan,
            MaxConnectionsPerServer = options.MaxConnections,
            ForcePathStyle = options.PathStyle ?? options.Endpoint.Length > 0,
            // Ceph and others refuse the trailing checksums that the SDK sends otherwise; Content-MD5 and the signed SHA-256 are sent and checked always
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint.Length == 0)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }
        else
        {
            if (!Uri.TryCreate(options.Endpoint, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https") || endpoint.UserInfo.Length > 0)
                throw new ModuleConfigurationException($"mda '{context.Instance}': the endpoint '{endpoint?.Host ?? options.Endpoint}' is no address of a server; write it as 'https://s3.example.org', without a name and a password");
            config.ServiceURL = endpoint.AbsoluteUri;
            config.AuthenticationRegion = options.Region;
        }

        return new AmazonS3Client(credentials, config);
    }

    /// <summary>Looks whether a credentials file can be used. Others are found at the first request: a machine's role may come late.</summary>
    /// <exception cref="ModuleConfigurationException">It cannot.</exception>
    public static void CheckCredentials(AWSCredentials credentials) => (credentials as FileCredentials)?.Check();

    /// <summary>The server's name for messages.</summary>
    public static string NameOf(S3Options options) => options.Endpoint.Length > 0 ? options.Endpoint.TrimEnd('/') : $"S3 in {options.Region}";

    /// <summary>Where the keys come from.</summary>
    public static AWSCredentials Credentials(S3Options options, ModuleContext context, TimeProvider clock)
    {
        if (options.CredentialsFile.Length > 0)
            return new FileCredentials(context.ResolvePath(options.CredentialsFile), options.Profile.Length > 0 ? options.Profile : "default", clock);
        return new LateCredentials(options.Profile.Length > 0 ? options.Profile : null);
    }
}
