namespace MailStore.Sdk.Conformance;

/// <summary>The other end of the cases with two processes: opens a user database and does what it is told, a line at a time.</summary>
/// <example>
/// All of a program that <see cref="UserDatabaseUnderTest.DescribePeer"/> starts with the data directory as its argument:
/// <code>
/// var users = new FooUserDatabase(new FooOptions(), new ModuleContext("foo", args[0]));
/// await users.StartAsync(default);
/// await UserDatabasePeer.ServeAsync(users, Console.In, Console.Out, default);
/// await users.StopAsync(default);
/// </code>
/// </example>
public static class UserDatabasePeer
{
    /// <summary>Serves until the input ends.</summary>
    /// <param name="users">The started database.</param>
    /// <param name="input">One command a line.</param>
    /// <param name="output">One answer a line; nothing else that is written there may begin with <c>{"id":</c>.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static Task ServeAsync(IUserDatabase users, TextReader input, TextWriter output, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(users);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(output);
        return new PeerServer(users, output).ServeAsync(input, cancellationToken);
    }
}
