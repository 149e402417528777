using Xunit.Abstractions;

namespace MailStore.EndToEnd.Tests.Authors;

/// <summary>What a reader of the test run is to see, passed or not: tests/run prints it at its end.</summary>
internal static class Notes
{
    public static void Add(ITestOutputHelper output, string line)
    {
        output.WriteLine(line);
        if (Environment.GetEnvironmentVariable("MAILSTORE_TESTS_NOTES") is { Length: > 0 } file)
            File.AppendAllText(file, line + "\n");
    }
}
