using System.Globalization;

namespace MailStore.Benchmarks.Server;

/// <summary>One kind of load.</summary>
/// <param name="Connections">That bring mails at once.</param>
/// <param name="Size">Of a mail as sent, in bytes.</param>
/// <param name="Recipients">Of a mail.</param>
internal sealed record Cell(int Connections, int Size, int Recipients)
{
    /// <summary>Reads <c>CONNECTIONS:SIZE:RECIPIENTS,…</c>; size and recipients may be left out.</summary>
    public static IReadOnlyList<Cell> ParseAll(string text) => [.. text.Split(',').Select(Parse)];

    private static Cell Parse(string text)
    {
        var numbers = text.Split(':').Select(number => int.Parse(number, CultureInfo.InvariantCulture)).ToList();
        return new Cell(numbers[0], numbers.Count > 1 ? numbers[1] : 4096, numbers.Count > 2 ? numbers[2] : 1);
    }
}
