using System.Buffers;
using System.Globalization;
using System.Text;

namespace MailStore.Host.Configuration;

/// <summary>
/// Durations as administrators write them: <c>10s</c>, <c>5m</c>, <c>1h30m</c>, <c>250ms</c>, <c>1d</c>. Units from the largest to the smallest, each once,
/// never without one: a bare number would be read as seconds by one and as milliseconds by another.
/// </summary>
internal static class Duration
{
    private static readonly (string Name, long Ticks)[] Units =
    [
        ("d", TimeSpan.TicksPerDay),
        ("h", TimeSpan.TicksPerHour),
        ("m", TimeSpan.TicksPerMinute),
        ("s", TimeSpan.TicksPerSecond),
        ("ms", TimeSpan.TicksPerMillisecond),
    ];

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var rest = text.AsSpan().Trim();
        if (rest.IsEmpty)
            return false;
        var ticks = 0m;
        var unit = -1;
        while (!rest.IsEmpty)
        {
            if (!TryTakeNumber(ref rest, out var number) || !TryTakeUnit(ref rest, ref unit))
                return false;
            if (number > long.MaxValue / Units[unit].Ticks)
                return false;
            ticks += number * Units[unit].Ticks;
            rest = rest.TrimStart();
        }

        if (ticks > long.MaxValue)
            return false;
        duration = new TimeSpan((long)ticks);
        return true;
    }

    /// <summary>The shortest text that is read back as the same duration.</summary>
    public static string Format(TimeSpan duration)
    {
        if (duration < TimeSpan.Zero)
            return duration.ToString("c", CultureInfo.InvariantCulture); // no option may be negative; shown as it is
        var text = new StringBuilder();
        var rest = duration.Ticks;
        foreach (var (name, ticks) in Units[..^1])
        {
            if (rest / ticks > 0)
                text.Append(rest / ticks).Append(name);
            rest %= ticks;
        }

        if (rest > 0)
            text.Append(((decimal)rest / TimeSpan.TicksPerMillisecond).ToString("0.####", CultureInfo.InvariantCulture)).Append("ms");
        return text.Length == 0 ? "0s" : text.ToString();
    }

    private static bool TryTakeNumber(ref ReadOnlySpan<char> rest, out decimal number)
    {
        var length = rest.IndexOfAnyExcept(Digits);
        number = 0;
        if (length <= 0 || rest[0] == '.')
            return false;
        if (!decimal.TryParse(rest[..length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number))
            return false;
        rest = rest[length..].TrimStart();
        return true;
    }

    private static bool TryTakeUnit(ref ReadOnlySpan<char> rest, ref int unit)
    {
        var length = rest.IndexOfAnyExcept("dhms");
        var name = length < 0 ? rest : rest[..length];
        var index = -1;
        for (var i = 0; i < Units.Length; i++)
        {
            if (name.SequenceEqual(Units[i].Name))
                index = i;
        }

        if (index <= unit)
            return false;
        unit = index;
        rest = rest[name.Length..];
        return true;
    }
}
