namespace MailStore.Sdk.Conformance;

/// <summary>A module does not keep the contract. The message says what was done, what was seen, and what the contract wants.</summary>
public sealed class ConformanceException : Exception
{
    /// <summary>Makes an exception.</summary>
    /// <param name="message">What was done, what was seen.</param>
    /// <param name="innerException">What the module threw, if it did.</param>
    public ConformanceException(string message, Exception? innerException = null) : base(message, innerException)
    {
    }
}
