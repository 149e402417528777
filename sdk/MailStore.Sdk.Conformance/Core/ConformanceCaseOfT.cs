namespace MailStore.Sdk.Conformance;

/// <summary>A case of the kit for one kind of module.</summary>
/// <param name="name">See <see cref="ConformanceCase.Name"/>.</param>
/// <param name="requirement">See <see cref="ConformanceCase.Requirement"/>.</param>
/// <param name="check">Throws <see cref="ConformanceException"/> when the requirement is not kept, <see cref="NotOfferedException"/> when the module does not claim to.</param>
internal sealed class ConformanceCase<TUnderTest>(string name, string requirement, Func<CaseContext<TUnderTest>, Task> check)
    : ConformanceCase(name, requirement)
{
    public Task CheckAsync(CaseContext<TUnderTest> context) => check(context);
}
