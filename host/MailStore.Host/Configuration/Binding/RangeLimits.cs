using System.ComponentModel.DataAnnotations;
using System.Globalization;
using MailStore.Sdk;

namespace MailStore.Host.Configuration;

/// <summary>
/// The limits of a <see cref="RangeAttribute"/>, for numbers, durations and sizes. The attribute itself compares what has a type converter only,
/// and a <see cref="ByteSize"/> has none.
/// </summary>
internal sealed class RangeLimits
{
    private readonly IComparable _least;
    private readonly IComparable _most;
    private readonly bool _withoutLeast;
    private readonly bool _withoutMost;

    private RangeLimits(RangeAttribute attribute, Type type)
    {
        _least = Limit(attribute.Minimum, type);
        _most = Limit(attribute.Maximum, type);
        _withoutLeast = attribute.MinimumIsExclusive;
        _withoutMost = attribute.MaximumIsExclusive;
        Text = $"{(_withoutLeast ? "above" : "from")} {Write(_least, type)} {(_withoutMost ? "to below" : "to")} {Write(_most, type)}";
    }

    /// <summary>As an administrator would say it: <c>from 1 to 10000</c>, <c>from 50ms to 9m</c>.</summary>
    public string Text { get; }

    /// <returns>Null where the attribute makes no sense for the type.</returns>
    public static RangeLimits? Of(RangeAttribute attribute, Type type)
    {
        try
        {
            return new RangeLimits(attribute, type);
        }
        catch (Exception e) when (e is FormatException or InvalidCastException or OverflowException or ArgumentException)
        {
            return null;
        }
    }

    public bool Holds(object value)
    {
        var comparable = Normal(value);
        var above = comparable.CompareTo(_least);
        var below = comparable.CompareTo(_most);
        return (_withoutLeast ? above > 0 : above >= 0) && (_withoutMost ? below < 0 : below <= 0);
    }

    /// <summary>Numbers are compared as doubles: wide enough for every limit that a person writes.</summary>
    private static IComparable Normal(object value) => value switch
    {
        TimeSpan duration => duration,
        ByteSize size => (double)size.Bytes,
        _ => Convert.ToDouble(value, CultureInfo.InvariantCulture),
    };

    private static IComparable Limit(object limit, Type type)
    {
        if (type == typeof(TimeSpan))
        {
            var text = Convert.ToString(limit, CultureInfo.InvariantCulture)!;
            return Duration.TryParse(text, out var duration) ? duration : TimeSpan.Parse(text, CultureInfo.InvariantCulture);
        }

        if (type == typeof(ByteSize) && limit is string size)
            return Normal(ByteSize.Parse(size));
        return Normal(limit);
    }

    private static string Write(IComparable limit, Type type) => limit switch
    {
        TimeSpan duration => Duration.Format(duration),
        double bytes when type == typeof(ByteSize) => new ByteSize((long)bytes).ToString(),
        double number => number.ToString(Math.Abs(number) < 1e15 ? "0.######" : "R", CultureInfo.InvariantCulture),
        _ => limit.ToString()!,
    };
}
