using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.S3.Client;

/// <summary>
/// Sends requests: each attempt with a time limit, and again with growing pauses (full jitter) until the time of the whole call is over. The SDK's own retries are
/// off: only here is it known whether an attempt may have been carried out.
/// </summary>
internal sealed class Caller(string server, TimeSpan requestTimeout, TimeSpan timeout, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>When a call that begins now is to end.</summary>
    public Deadline NewDeadline() => new(timeout, clock);

    /// <summary>Sends a request until it is answered.</summary>
    /// <param name="what">For messages: <c>store</c>.</param>
    /// <param name="where">For messages: bucket and key.</param>
    /// <param name="request">One attempt.</param>
    /// <param name="deadline">When to try no more.</param>
    /// <param name="cancellationToken">Gives it up; the last attempt may be carried out all the same.</param>
    /// <exception cref="CallException">The server said no, or nothing in time.</exception>
    public async Task<T> RunAsync<T>(string what, string where, Func<CancellationToken, Task<T>> request, Deadline deadline, CancellationToken cancellationToken)
    {
        var isUncertain = false;
        for (var attempt = 1; ; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var left = deadline.Left;
            using var limit = new CancellationTokenSource(left < requestTimeout ? left : requestTimeout, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            try
            {
                return await request(either.Token);
            }
            catch (Exception exception) when (!IsOurs(exception) && Fault.Of(exception, limit.IsCancellationRequested) is not null)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var fault = Fault.Of(exception, limit.IsCancellationRequested)!.Value;
                isUncertain |= fault.IsUncertain;
                var pause = PauseAfter(attempt);
                if (!fault.IsTransient || deadline.Left <= pause)
                    throw Give(what, where, fault, attempt, isUncertain, exception);
                S3Log.Retrying(logger, what, where, attempt, fault.Text);
                await Task.Delay(pause, clock, cancellationToken);
            }
        }
    }

    private static bool IsOurs(Exception exception) => exception is CallException or TemporaryFailureException;

    private static TimeSpan PauseAfter(int attempt)
    {
        var most = FirstPause * Math.Pow(2, Math.Min(attempt, 10));
        return (most < LongestPause ? most : LongestPause) * (0.5 + (Random.Shared.NextDouble() / 2));
    }

    private CallException Give(string what, string where, Fault fault, int attempts, bool isUncertain, Exception cause)
    {
        var tries = attempts == 1 ? "" : $" ({attempts} attempts)";
        return new CallException($"{server}: cannot {what} {where}: {fault.Text}{tries}", cause) { Status = fault.Status, Code = fault.Code, IsUncertain = isUncertain };
    }
}
