namespace MailStore.Sdk;

/// <summary>
/// Implemented by a creator or an MDA that needs more of the user database than <see cref="IUserDatabase"/>: locks, sequences. Asked at the start, so that
/// a configuration that cannot work is told then, and not by the first mail.
/// </summary>
public interface IUserDatabaseRequirements
{
    /// <summary>Looks whether the user database can do what this module needs, by <c>is</c>. Called once, before anything is started; calls nothing of it.</summary>
    /// <param name="users">The configured user database.</param>
    /// <returns>Null if it can; else what it lacks, what needs it, and what to do.</returns>
    string? FindUnmet(IUserDatabase users);
}
