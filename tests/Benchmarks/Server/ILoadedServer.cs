namespace MailStore.Benchmarks.Server;

/// <summary>A server that takes mail for <c>user0@example.test</c> and so on, by LMTP if nothing else is said, and runs until it is disposed.</summary>
internal interface ILoadedServer : IAsyncDisposable
{
    string Name { get; }

    int Port { get; }

    ProcessTree Processes { get; }

    /// <summary>Whether it takes mail by SMTP and stores it later: then the time to its reply says nothing.</summary>
    bool IsQueueing => false;

    /// <summary>Waits until all that was taken is stored.</summary>
    /// <returns>How many mails were not.</returns>
    Task<long> SettleAsync() => Task.FromResult(0L);
}
