namespace MailStore.Sdk;

/// <summary>
/// A lock that is held. Disposing it lets go; disposing twice, or after it was lost, does nothing. It is a courtesy, no proof: whoever
/// holds it still writes by compare-and-set, since it may expire between two instructions.
/// </summary>
public interface IUserLock : IAsyncDisposable
{
    /// <summary>Cancelled as soon as the holder can know that the lock expired or was taken from it, and never while it is surely held. Stays usable after disposal.</summary>
    CancellationToken Lost { get; }
}
