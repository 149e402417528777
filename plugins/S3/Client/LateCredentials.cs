using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.Runtime.Credentials;

namespace MailStore.S3.Client;

/// <summary>Keys as Amazon's tools find them, looked for at the first request: a constructor touches no disk and no network.</summary>
/// <param name="profile">A profile of <c>~/.aws</c>; null: the environment first, then the default profile, then the machine's role.</param>
internal sealed class LateCredentials(string? profile) : AWSCredentials
{
    private AWSCredentials? _found;

    public override ImmutableCredentials GetCredentials() => (_found ??= Find()).GetCredentials();

    public override Task<ImmutableCredentials> GetCredentialsAsync() => (_found ??= Find()).GetCredentialsAsync();

    private AWSCredentials Find()
    {
        if (profile is null)
            return DefaultAWSCredentialsIdentityResolver.GetCredentials();
        return new CredentialProfileStoreChain().TryGetAWSCredentials(profile, out var credentials)
            ? credentials
            : throw new AmazonClientException($"there is no profile '{profile}' in ~/.aws");
    }
}
