namespace MailStore.Benchmarks.Growth;

/// <summary>How the parts of <c>tests/bench growth</c> take turns and tell what they found.</summary>
internal static class Figures
{
    public static IEnumerable<T> Turn<T>(T[] sides, int run) => run % 2 == 0 ? sides : sides.Reverse();

    public static double Median(IEnumerable<double> numbers) => numbers.Order().ElementAt(numbers.Count() / 2);

    public static void Tell(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
