namespace MailStore.Benchmarks.Server;

/// <summary>A server that takes mail by LMTP for <c>user0@example.test</c> and so on, and runs until it is disposed.</summary>
internal interface ILoadedServer : IAsyncDisposable
{
    string Name { get; }

    int Port { get; }

    ProcessTree Processes { get; }
}
