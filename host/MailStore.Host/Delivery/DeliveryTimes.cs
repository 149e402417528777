namespace MailStore.Host.Delivery;

/// <summary>Where the time of one delivery goes, in milliseconds, for the log. Not thread-safe: a delivery is at one thing at a time.</summary>
internal sealed class DeliveryTimes(TimeProvider clock)
{
    private long _since = clock.GetTimestamp();
    private DeliveryPhase _phase;

    public double LookUp { get; private set; }

    public double Create { get; private set; }

    public double Write { get; private set; }

    /// <summary>As far as the mailbox tells; otherwise it is part of <see cref="Write"/>.</summary>
    public double Sync { get; private set; }

    /// <summary>From here on the time counts for another phase.</summary>
    public void Enter(DeliveryPhase phase)
    {
        End();
        _phase = phase;
    }

    /// <summary>What the mailbox says of the time just spent in it.</summary>
    public void Stored(TimeSpan syncTime)
    {
        End();
        // no more than it took, whatever a module says
        Sync = Math.Clamp(syncTime.TotalMilliseconds, 0, Write);
        Write -= Sync;
    }

    /// <summary>Counts up to now.</summary>
    public void End()
    {
        var now = clock.GetTimestamp();
        var elapsed = clock.GetElapsedTime(_since, now).TotalMilliseconds;
        _since = now;
        switch (_phase)
        {
            case DeliveryPhase.LookUp:
                LookUp += elapsed;
                break;
            case DeliveryPhase.Create:
                Create += elapsed;
                break;
            default:
                Write += elapsed;
                break;
        }
    }
}
