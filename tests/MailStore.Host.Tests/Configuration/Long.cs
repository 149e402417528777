namespace MailStore.Host.Tests.Configuration;

/// <summary>Properties are tried more often where there is time: MAILSTORE_TESTS_LONG=1.</summary>
internal static class Long
{
    public static int Times(int usual) => Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1" ? usual * 50 : usual;
}
