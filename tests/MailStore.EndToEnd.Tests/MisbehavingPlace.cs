namespace MailStore.EndToEnd.Tests;

/// <summary>A place with a user of the module that misbehaves, and one of another.</summary>
internal static class MisbehavingPlace
{
    public const string Good = "good@example.org";
    public const string Bad = "bad@example.org";

    /// <summary>In which an exception can escape.</summary>
    public static TheoryData<string> Ways => ["thread", "lingering-thread", "timer", "timers", "async-void", "pool", "finalizer"];

    /// <summary>Of these two, unless all are asked for.</summary>
    public static TheoryData<string> FewWays => Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1" ? Ways : ["timers", "finalizer"];

    /// <param name="way">How an exception escapes, in the nth of these calls for the user <see cref="Bad"/>.</param>
    /// <param name="tables">Of the host.</param>
    /// <param name="options">Of the module, for all users.</param>
    public static async Task<TestPlace> CreateAsync(string way, string tables = "", string options = "", int nth = 2, string call = "deliver")
    {
        var place = new TestPlace();
        place.Configure($"mda = \"maildir\"\n{tables}\n[mda.maildir]\n\n[mda.misbehaving]\n{options}", place.OwnModules("Misbehaving"));
        await place.AddUsersAsync([Good, $"{Bad} mda=misbehaving call={call} behaviour={way} nth={nth}"]);
        return place;
    }
}
