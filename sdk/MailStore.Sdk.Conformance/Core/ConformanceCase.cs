namespace MailStore.Sdk.Conformance;

/// <summary>One thing that the contract promises, and how it is seen whether a module keeps it. Immutable.</summary>
public abstract class ConformanceCase
{
    private protected ConformanceCase(string name, string requirement)
    {
        Name = name;
        Requirement = requirement;
    }

    /// <summary>Unique in its kit, the same from version to version: <c>delivery: an empty mail</c>.</summary>
    public string Name { get; }

    /// <summary>The text of the contract that is checked.</summary>
    public string Requirement { get; }

    /// <summary>The name.</summary>
    public override string ToString() => Name;
}
