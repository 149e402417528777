using System.Net;
using MailStore.Sdk;

namespace MailStore.S3.Client;

/// <summary>A request to the server that came to nothing, with all its retries.</summary>
/// <param name="message">What was asked, and what came of it.</param>
/// <param name="cause">Of the last attempt.</param>
internal sealed class CallException(string message, Exception cause) : Exception(message, cause)
{
    public HttpStatusCode? Status { get; init; }

    public string Code { get; init; } = "";

    /// <summary>Whether an attempt ended without a clear answer: then the server may have done, or may still do, what it was asked.</summary>
    public bool IsUncertain { get; init; }

    public bool IsNotFound => Status == HttpStatusCode.NotFound && Code != "NoSuchBucket";

    /// <summary>A condition (<c>If-None-Match</c>) did not hold.</summary>
    public bool IsRefusedByCondition => Status == HttpStatusCode.PreconditionFailed;

    /// <summary>Amazon knows no end; Ceph and MinIO have quotas and disks.</summary>
    public bool IsFull => Status == HttpStatusCode.InsufficientStorage || Code is "QuotaExceeded" or "XMinioStorageFull" or "StorageFull";

    public TemporaryFailureException ToTemporaryFailure() => new(Message, this) { StorageFull = IsFull };
}
