namespace MailStore.Sdk.Conformance;

/// <summary>All cases for user databases.</summary>
internal static class UserDatabaseCases
{
    public static IEnumerable<ConformanceCase<UserDatabaseUnderTest>> All =>
    [
        .. UserLifeCases.All,
        .. RecordCases.All,
        .. WriteCases.All,
        .. RaceCases.All,
        .. ListCases.All,
        .. UserCancellationCases.All,
        .. LockCases.All,
        .. SequenceCases.All,
        .. CounterCases.All,
        .. UserModelCase.All,
        .. SharedCases.All,
        .. ProcessCases.All,
    ];

    /// <summary>A case that begins with a started database over an empty place.</summary>
    public static ConformanceCase<UserDatabaseUnderTest> Case(string name, string requirement, Func<CaseContext<UserDatabaseUnderTest>, UserCalls, Task> check) =>
        new(name, requirement, async context => await check(context, await UserCalls.OpenAsync(context)));

    /// <summary>The same with an ability that a database need not have.</summary>
    public static ConformanceCase<UserDatabaseUnderTest> Case<TAbility>(
        string name, string requirement, Func<CaseContext<UserDatabaseUnderTest>, UserCalls, TAbility, Task> check)
        where TAbility : class => Case(
            name, requirement, (context, calls) => check(context, calls, Expect.Offered<TAbility>(calls.Users, $"the user database is no {typeof(TAbility).Name}")));
}
