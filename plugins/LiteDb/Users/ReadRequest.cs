namespace MailStore.LiteDb.Users;

/// <summary>A read, done at once when its turn comes.</summary>
internal interface IReadRequest
{
    void Run(UserStore store);
}

/// <inheritdoc cref="IReadRequest"/>
internal sealed class ReadRequest<T>(Func<UserStore, T> read, CancellationToken cancellationToken) : StoreRequest<T>(cancellationToken), IReadRequest
{
    public void Run(UserStore store) => Succeed(read(store));
}
