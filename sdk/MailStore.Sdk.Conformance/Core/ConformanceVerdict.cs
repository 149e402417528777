namespace MailStore.Sdk.Conformance;

/// <summary>What a case came to, when the module did not break the contract. Immutable.</summary>
/// <param name="IsKept">Whether the requirement was seen to be kept; false where there was nothing to see.</param>
/// <param name="Remark">Why there was nothing to see: the ability that the module does not claim. Empty when kept.</param>
public sealed record ConformanceVerdict(bool IsKept, string Remark)
{
    /// <summary>The requirement is kept.</summary>
    public static ConformanceVerdict Kept { get; } = new(true, "");

    /// <summary>The module does not claim the ability that the case is about.</summary>
    /// <param name="remark">Which ability.</param>
    public static ConformanceVerdict NotOffered(string remark) => new(false, remark);
}
