namespace MailStore.S3;

/// <summary>Who encrypts objects at rest.</summary>
public enum Encryption
{
    /// <summary>What the bucket says.</summary>
    Bucket,

    /// <summary>The server, with keys of its own (SSE-S3, AES256).</summary>
    S3,

    /// <summary>The server, with a key of a key management service (SSE-KMS).</summary>
    Kms,
}
