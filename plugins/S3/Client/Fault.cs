using System.Net;
using Amazon.Runtime;

namespace MailStore.S3.Client;

/// <summary>What an exception of the AWS SDK means.</summary>
/// <param name="Status">Of the answer, where there was one.</param>
/// <param name="Code">Of the answer.</param>
/// <param name="Text">For the administrator.</param>
/// <param name="IsTransient">Whether another attempt may fare better.</param>
/// <param name="IsUncertain">Whether the server may have done all the same what it was asked.</param>
internal readonly record struct Fault(HttpStatusCode? Status, string Code, string Text, bool IsTransient, bool IsUncertain)
{
    // answers that say 'later', with codes below 500
    private static readonly string[] Later =
        ["RequestTimeout", "RequestTimeTooSkewed", "SlowDown", "OperationAborted", "ConditionalRequestConflict", "BadDigest", "XAmzContentSHA256Mismatch", "IncompleteBody", "TooManyRequests"];

    /// <summary>Reads an exception; null where it is none of the network's or the server's, but a fault of this module.</summary>
    public static Fault? Of(Exception exception, bool isTimeout) => exception switch
    {
        AmazonServiceException { StatusCode: >= HttpStatusCode.BadRequest } answer => Answered(answer),
        _ when isTimeout => new Fault(null, "", "no answer in time", IsTransient: true, IsUncertain: true),
        _ when NeverLeft(exception) => new Fault(null, "", Innermost(exception), IsTransient: true, IsUncertain: false),
        AmazonServiceException or HttpRequestException or IOException => new Fault(null, "", Innermost(exception), IsTransient: true, IsUncertain: true),
        // no credentials; those of a machine's role may come
        AmazonClientException => new Fault(null, "", exception.Message, IsTransient: false, IsUncertain: false),
        OperationCanceledException => new Fault(null, "", "the connection was given up", IsTransient: true, IsUncertain: true),
        _ => null,
    };

    private static Fault Answered(AmazonServiceException answer)
    {
        var status = answer.StatusCode;
        var code = answer.ErrorCode ?? "";
        var isServerFault = status >= HttpStatusCode.InternalServerError && status is not (HttpStatusCode.NotImplemented or HttpStatusCode.InsufficientStorage);
        return new Fault(
            status, code, $"{(int)status} {code}: {answer.Message}",
            isServerFault || status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout || Later.Contains(code, StringComparer.Ordinal), isServerFault);
    }

    // where no connection came about, nothing was asked for
    private static bool NeverLeft(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError })
                return true;
        }

        return false;
    }

    private static string Innermost(Exception exception) => exception.GetBaseException().Message;
}
