namespace MailStore.LiteDb.Users;

/// <summary>A write: decided in a batch, answered when that is durable.</summary>
internal interface IWriteRequest
{
    void Decide(UserBatch batch);

    void Answer();
}

/// <inheritdoc cref="IWriteRequest"/>
internal sealed class WriteRequest<T>(Func<UserBatch, T> write, CancellationToken cancellationToken) : StoreRequest<T>(cancellationToken), IWriteRequest
{
    private T? _answer;

    public void Decide(UserBatch batch) => _answer = write(batch);

    public void Answer() => Succeed(_answer!);
}
