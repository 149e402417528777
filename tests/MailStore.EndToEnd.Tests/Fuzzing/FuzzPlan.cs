using System.Globalization;

namespace MailStore.EndToEnd.Tests.Fuzzing;

/// <summary>How long, and from which seed: <c>MAILSTORE_FUZZ=1h</c> (<c>tests/run --fuzz 1h</c>), <c>MAILSTORE_FUZZ_SEED=123</c>.</summary>
internal sealed record FuzzPlan(TimeSpan Length, int Seed)
{
    public static FuzzPlan OfEnvironment()
    {
        // beside other tests: xUnit runs two classes at once on two cores
        var length = Environment.GetEnvironmentVariable("MAILSTORE_FUZZ") is { Length: > 0 } text ? Parse(text) : TimeSpan.FromSeconds(60);
        var seed = Environment.GetEnvironmentVariable("MAILSTORE_FUZZ_SEED") is { Length: > 0 } number
            ? int.Parse(number, CultureInfo.InvariantCulture)
            : Random.Shared.Next(1_000_000_000);
        return new FuzzPlan(length, seed);
    }

    private static TimeSpan Parse(string text)
    {
        var number = double.Parse(text.AsSpan(0, text.Length - 1), CultureInfo.InvariantCulture);
        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(number),
            'm' => TimeSpan.FromMinutes(number),
            'h' => TimeSpan.FromHours(number),
            _ => throw new FormatException($"MAILSTORE_FUZZ: '{text}' is no time; write 90s, 10m or 1h"),
        };
    }
}
