namespace MailStore.S3.Delivery;

/// <summary>A delivery that is to be made never to have happened.</summary>
/// <param name="Bucket">Where it was to go.</param>
/// <param name="Key">The key of its object.</param>
/// <param name="UploadId">Of one that went up in parts.</param>
internal sealed record Withdrawal(string Bucket, string Key, string? UploadId)
{
    public override string ToString() => $"{Bucket}/{Key}";
}
