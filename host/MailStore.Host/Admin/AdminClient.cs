using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace MailStore.Host.Admin;

/// <summary>The commands' side of the admin socket.</summary>
internal sealed class AdminClient : IDisposable
{
    private const int ImportsARequest = 200;

    private readonly HttpClient _http;

    public AdminClient(string socket)
    {
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancellationToken) =>
            {
                var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellationToken);
                    return new NetworkStream(connection, ownsSocket: true);
                }
                catch
                {
                    connection.Dispose();
                    throw;
                }
            },
        };
        _http = new HttpClient(handler) { BaseAddress = new Uri("http://admin/"), Timeout = Timeout.InfiniteTimeSpan };
    }

    public Task<HealthView> HealthAsync(CancellationToken cancellationToken) => GetAsync("health", AdminJson.Default.HealthView, cancellationToken);

    /// <summary>The instances of modules that the server runs.</summary>
    public IAsyncEnumerable<ModuleView> ListModulesAsync(CancellationToken cancellationToken) =>
        LinesAsync(new HttpRequestMessage(HttpMethod.Get, "modules"), AdminJson.Default.ModuleView, cancellationToken);

    public Task<UserView> ShowAsync(string name, CancellationToken cancellationToken) =>
        GetAsync($"users/show?name={Uri.EscapeDataString(name)}", AdminJson.Default.UserView, cancellationToken);

    public Task<UserReport> TestAsync(string address, CancellationToken cancellationToken) =>
        GetAsync($"users/test?address={Uri.EscapeDataString(address)}", AdminJson.Default.UserReport, cancellationToken);

    public IAsyncEnumerable<UserView> ListAsync(string? prefix, CancellationToken cancellationToken) =>
        LinesAsync(new HttpRequestMessage(HttpMethod.Get, prefix is null ? "users" : $"users?prefix={Uri.EscapeDataString(prefix)}"), AdminJson.Default.UserView, cancellationToken);

    /// <summary>Adds users as they come, some hundred a request: a request is sent whole before its answer is read, so the answer must fit the socket's buffers.</summary>
    public async IAsyncEnumerable<ImportResult> ImportAsync(IEnumerable<UserChange> changes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var part in changes.Chunk(ImportsARequest))
        {
            var request = new HttpRequestMessage(HttpMethod.Post, "users") { Content = new LinesContent(part) };
            await foreach (var result in LinesAsync(request, AdminJson.Default.ImportResult, cancellationToken))
                yield return result;
        }
    }

    public async Task<UserView> SetAsync(UserChange change, CancellationToken cancellationToken)
    {
        using var content = JsonContent.Create(change, AdminJson.Default.UserChange);
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Patch, "users") { Content = content }, cancellationToken);
        return (await response.Content.ReadFromJsonAsync(AdminJson.Default.UserView, cancellationToken))!;
    }

    public async Task<string> RemoveAsync(string name, MailRemoval mail, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            new HttpRequestMessage(HttpMethod.Delete, $"users?name={Uri.EscapeDataString(name)}&mail={mail}"), cancellationToken);
        return await response.Content.ReadAsStringAsync(cancellationToken);
    }

    public IAsyncEnumerable<StoredMailView> ListMailAsync(string name, CancellationToken cancellationToken) =>
        LinesAsync(new HttpRequestMessage(HttpMethod.Get, $"mail?name={Uri.EscapeDataString(name)}"), AdminJson.Default.StoredMailView, cancellationToken);

    public async Task CopyMailAsync(string name, string id, Stream target, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            new HttpRequestMessage(HttpMethod.Get, $"mail/content?name={Uri.EscapeDataString(name)}&id={Uri.EscapeDataString(id)}"), cancellationToken);
        await ReadAsync(async () =>
        {
            await response.Content.CopyToAsync(target, cancellationToken);
            return true;
        });
    }

    public void Dispose() => _http.Dispose();

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, path), cancellationToken);
        return (await response.Content.ReadFromJsonAsync(type, cancellationToken))!;
    }

    private async IAsyncEnumerable<T> LinesAsync<T>(
        HttpRequestMessage request, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await SendAsync(request, cancellationToken);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken), Encoding.UTF8);
        while (await ReadAsync(() => lines.ReadLineAsync(cancellationToken).AsTask()) is { } line)
            yield return JsonSerializer.Deserialize(line, type)!;
    }

    /// <summary>An answer that breaks off: the server's log says why.</summary>
    private static async Task<T> ReadAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (HttpIOException e)
        {
            throw new AdminException(ExitCode.TemporaryFailure, $"the server's answer broke off ({e.HttpRequestError}); its log says why");
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        }
        catch (HttpRequestException e)
        {
            throw new AdminException(ExitCode.TemporaryFailure, $"the running server did not answer on its admin socket: {e.InnerException?.Message ?? e.Message}");
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
        {
            var error = await response.Content.ReadFromJsonAsync(AdminJson.Default.ErrorView, cancellationToken);
            throw new AdminException(error?.ExitCode ?? ExitCode.Software, error?.Error ?? $"the server answered {(int)response.StatusCode}");
        }
    }

    /// <summary>One change a line.</summary>
    private sealed class LinesContent(UserChange[] changes) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            foreach (var change in changes)
            {
                await JsonSerializer.SerializeAsync(stream, change, AdminJson.Default.UserChange);
                await stream.WriteAsync("\n"u8.ToArray());
            }
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
