namespace MailStore.Sdk.Conformance;

/// <summary>What a case finds wanting.</summary>
internal static class Expect
{
    /// <exception cref="ConformanceException">It is not so.</exception>
    public static void That([System.Diagnostics.CodeAnalysis.DoesNotReturnIf(false)] bool condition, string otherwise)
    {
        if (!condition)
            throw new ConformanceException(otherwise);
    }

    /// <summary>Asks for an ability that a module need not have.</summary>
    /// <exception cref="NotOfferedException">It does not claim it.</exception>
    public static T Offered<T>(object module, string otherwise)
        where T : class => module as T ?? throw new NotOfferedException(otherwise);
}
