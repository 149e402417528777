using MailStore.Mbox.Format;
using MailStore.Mbox.Places;
using MailStore.Sdk;

namespace MailStore.Mbox.Delivery;

/// <summary>A mail that waits to be written, and the task that tells what became of it. A cancellation takes it back until a batch has taken it.</summary>
internal sealed class DeliveryRequest(MailboxPlace place, QuotaLimit limit, EncodedMail mail, long since, CancellationToken cancellationToken)
{
    private const int Waiting = 0;
    private const int Taken = 1;

    // continuations go to the thread pool: they are not to hold up the worker
    private readonly TaskCompletionSource<DeliveryResult> _source = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenRegistration _registration;
    private int _state = Waiting;

    public MailboxPlace Place => place;

    public QuotaLimit Limit => limit;

    public EncodedMail Mail => mail;

    /// <summary>The timestamp at which it began to wait.</summary>
    public long Since => since;

    public CancellationToken CancellationToken => cancellationToken;

    public Task<DeliveryResult> Task => _source.Task;

    public bool IsWaiting => Volatile.Read(ref _state) == Waiting;

    /// <summary>From now on a cancellation completes the task at once.</summary>
    public void Watch()
    {
        if (cancellationToken.CanBeCanceled)
            _registration = cancellationToken.UnsafeRegister(static request => ((DeliveryRequest)request!).Withdraw(), this);
    }

    /// <summary>Takes it; false if it was cancelled before.</summary>
    public bool TryTake() => Interlocked.Exchange(ref _state, Taken) == Waiting;

    /// <summary>Answers one that was taken.</summary>
    public void Answer(DeliveryResult result)
    {
        _registration.Dispose();
        _source.TrySetResult(result);
    }

    /// <summary>Answers one that was taken, and was cancelled while its mail was written.</summary>
    public void AnswerCancelled()
    {
        _registration.Dispose();
        _source.TrySetCanceled(cancellationToken);
    }

    /// <summary>Answers one that was taken, by what broke the module.</summary>
    public void AnswerFault(Exception fault)
    {
        _registration.Dispose();
        _source.TrySetException(fault);
    }

    private void Withdraw()
    {
        if (TryTake())
            _source.TrySetCanceled(cancellationToken);
    }
}
