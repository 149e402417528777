using Amazon.S3;
using Amazon.S3.Model;

namespace MailStore.S3.Client;

/// <summary>Asks the server to encrypt, as configured, whatever is written: a bucket's policy may refuse every object that does not ask for it.</summary>
internal static class EncryptedRequests
{
    public static PutObjectRequest Encrypt(this S3Options options, PutObjectRequest request)
    {
        (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = options.Wanted(request.ServerSideEncryptionMethod);
        return request;
    }

    /// <summary>The same for all parts of an upload.</summary>
    public static InitiateMultipartUploadRequest Encrypt(this S3Options options, InitiateMultipartUploadRequest request)
    {
        (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = options.Wanted(request.ServerSideEncryptionMethod);
        return request;
    }

    private static (ServerSideEncryptionMethod? Method, string? Key) Wanted(this S3Options options, ServerSideEncryptionMethod? asBucket) => options.Encryption switch
    {
        Encryption.S3 => (ServerSideEncryptionMethod.AES256, null),
        Encryption.Kms => (ServerSideEncryptionMethod.AWSKMS, options.KmsKey.Length > 0 ? options.KmsKey : null),
        _ => (asBucket, null),
    };
}
