using System.Globalization;

namespace MailStore.EndToEnd.Tests.PowerCuts;

/// <summary>How long: <c>tests/run --power-cuts 200</c>, <c>tests/run --kills 500</c>, <c>tests/run --long</c>, or the short form of CI.</summary>
internal static class ProofLength
{
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1";

    /// <summary>For one module on one file system, of so many that share the number that was asked for.</summary>
    public static int CutsOf(int shares) => Of("MAILSTORE_POWER_CUTS", shares) ?? (IsLong ? 20 : 3);

    /// <summary>For one module.</summary>
    public static int KillsOf(int shares) => Of("MAILSTORE_KILLS", shares) ?? (IsLong ? 50 : 3);

    private static int? Of(string variable, int shares) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } number ? Math.Max(1, (int.Parse(number, CultureInfo.InvariantCulture) + shares - 1) / shares) : null;
}
