namespace MailStore.Sdk.Conformance;

/// <summary>
/// The cases for one kind of module. Free of any test framework: a case throws when the contract is not kept. Thread-safe; cases may run side by side, each has a
/// scratch place of its own.
/// </summary>
/// <typeparam name="TUnderTest">How the kit gets at the module.</typeparam>
public sealed class ConformanceKit<TUnderTest>
    where TUnderTest : class
{
    private readonly IReadOnlyList<ConformanceCase<TUnderTest>> _cases;

    internal ConformanceKit(IEnumerable<ConformanceCase<TUnderTest>> cases) => _cases = [.. cases];

    /// <summary>All cases, in the order in which they are best read.</summary>
    public IReadOnlyList<ConformanceCase> Cases => _cases;

    /// <summary>The names of all cases: for the test framework's list of tests.</summary>
    public IEnumerable<string> Names => _cases.Select(found => found.Name);

    /// <summary>Runs one case.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="module">The module.</param>
    /// <param name="options">How; null for the usual way.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>That the requirement is kept, or that the module does not claim to.</returns>
    /// <exception cref="ConformanceException">The module does not keep the contract.</exception>
    /// <exception cref="ArgumentException">There is no such case.</exception>
    public async Task<ConformanceVerdict> RunAsync(
        string name, TUnderTest module, ConformanceOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(module);
        var found = _cases.FirstOrDefault(candidate => candidate.Name == name) ?? throw new ArgumentException($"there is no case '{name}'", nameof(name));
        return await CaseRunner.RunAsync(found, module, options ?? new ConformanceOptions(), cancellationToken).ConfigureAwait(false);
    }
}
