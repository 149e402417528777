using System.Globalization;

namespace MailStore.Host.Modules;

/// <summary>The times that a boundary goes by, in timestamps of its clock.</summary>
internal sealed class CallTimes
{
    /// <summary>The longest that a cancelled call may still take: long enough for a slow fsync, short enough that MTAs (600 s, RFC 5321, 4.5.3.2.6) still wait.</summary>
    public static readonly TimeSpan LongestGrace = TimeSpan.FromSeconds(5);

    private readonly TimeSpan[] _limits;
    private readonly long[] _timestamps;

    public CallTimes(TimeSpan callTimeout, TimeProvider clock)
    {
        var grace = Clamp(callTimeout / 4, TimeSpan.FromMilliseconds(100), LongestGrace);
        Resolution = Clamp(callTimeout / 8, TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(50));
        _limits =
        [
            callTimeout,
            callTimeout + 2 * grace + 4 * Resolution,
            5 * callTimeout,
            Clamp(callTimeout, TimeSpan.Zero, TimeSpan.FromSeconds(10)),
            Clamp(callTimeout, TimeSpan.Zero, TimeSpan.FromSeconds(30)),
        ];
        _timestamps = [.. _limits.Select(limit => ToTimestamps(limit, clock))];
        Grace = ToTimestamps(grace, clock);
        Overdue = ToTimestamps(4 * Resolution, clock);
        Blocked = ToTimestamps(TimeSpan.FromMilliseconds(100), clock);
    }

    /// <summary>How often calls are looked at while there are any.</summary>
    public TimeSpan Resolution { get; }

    /// <summary>After this long without a look the timer counts as held up.</summary>
    public long Overdue { get; }

    /// <summary>How long a cancelled call may still take.</summary>
    public long Grace { get; }

    /// <summary>A call that holds its thread for longer than this counts as blocking it.</summary>
    public long Blocked { get; }

    public TimeSpan SpanOf(Patience patience) => _limits[(int)patience];

    public long Of(Patience patience) => _timestamps[(int)patience];

    public string Text(Patience patience) => string.Create(CultureInfo.InvariantCulture, $"{_limits[(int)patience].TotalSeconds:0.##} s");

    private static long ToTimestamps(TimeSpan span, TimeProvider clock) => (long)(span.TotalSeconds * clock.TimestampFrequency);

    private static TimeSpan Clamp(TimeSpan value, TimeSpan least, TimeSpan most) => value < least ? least : value > most ? most : value;
}
