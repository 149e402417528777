using MailStore.S3.Keys;
using MailStore.Sdk;

namespace MailStore.S3;

/// <summary>What one attribute on one option cannot say.</summary>
internal static class OptionRules
{
    private const long LeastPart = 5 << 20;
    private const long MostPart = 1 << 30;

    /// <exception cref="ModuleConfigurationException">An option makes no sense.</exception>
    public static void Check(S3Options options)
    {
        if (!PlaceForm.IsBucket(options.Bucket))
            throw Mistake("bucket", $"'{options.Bucket}' is no name of a bucket; write 3 to 63 lower-case letters, digits, dots and hyphens");
        if (options.PartSize.Bytes is < LeastPart or > MostPart)
            throw Mistake("part_size", $"{options.PartSize} is not from 5M to 1G");
        if (options.UploadMemory.Bytes < options.PartSize.Bytes)
            throw Mistake("upload_memory", $"{options.UploadMemory} is less than part_size ({options.PartSize})");
        if (options.RequestTimeout > options.Timeout)
            throw Mistake("request_timeout", "it is longer than 'timeout', the time of a call with all its requests");
        if (options.KmsKey.Length > 0 && options.Encryption != Encryption.Kms)
            throw Mistake("kms_key", "it does nothing unless encryption = \"kms\"");
    }

    private static ModuleConfigurationException Mistake(string key, string reason) => new($"mda.s3: '{key}' cannot be used: {reason}");
}
