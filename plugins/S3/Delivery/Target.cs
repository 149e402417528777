using MailStore.Sdk;

namespace MailStore.S3.Delivery;

/// <summary>A mail and where it is to go.</summary>
internal sealed record Target(string Bucket, string Key, Mail Mail)
{
    /// <summary>Of one that goes up in parts.</summary>
    public string? UploadId { get; init; }

    public override string ToString() => $"{Bucket}/{Key}";
}
