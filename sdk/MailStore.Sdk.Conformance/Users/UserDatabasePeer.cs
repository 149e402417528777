namespace MailStore.Sdk.Conformance;

/// <summary>The other end of the cases with two processes: opens a user database and does what it is told, a line at a time.</summary>
public static class UserDatabasePeer
{
    /// <summary>Serves until the input ends.</summary>
    /// <param name="users">The started database.</param>
    /// <param name="input">One command a line.</param>
    /// <param name="output">One answer a line.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task ServeAsync(IUserDatabase users, TextReader input, TextWriter output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(users);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        while (await input.ReadLineAsync(cancellationToken).ConfigureAwait(false) is { } line)
            await output.WriteLineAsync($"unknown command {line}".AsMemory(), cancellationToken).ConfigureAwait(false);
    }
}
