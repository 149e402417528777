using System.Collections.Specialized;

namespace MailStore.Plugins.Tests.S3;

/// <summary>What a <see cref="ScriptedS3"/> was asked.</summary>
/// <param name="Method"><c>PUT</c></param>
/// <param name="Key">Without the bucket; empty for the bucket itself.</param>
/// <param name="Query">What stands behind the question mark.</param>
/// <param name="Headers">As they came.</param>
/// <param name="Body">All of it.</param>
internal sealed record ScriptedRequest(string Method, string Key, NameValueCollection Query, NameValueCollection Headers, byte[] Body)
{
    public bool IsMail => Key.EndsWith(".eml", StringComparison.Ordinal);

    /// <summary>The request that makes an object of parts.</summary>
    public bool IsCompletion => Method == "POST" && Query["uploadId"] is not null;

    public bool IsList => Method == "GET" && Query["list-type"] is not null;
}
