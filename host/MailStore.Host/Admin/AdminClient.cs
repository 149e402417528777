using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using MailStore.Host.Admin.Doctoring;
using MailStore.Host.Admin.Importing;
using MailStore.Host.Admin.Moving;
using MailStore.Host.Delivery;

namespace MailStore.Host.Admin;

/// <summary>The commands' side of the admin socket.</summary>
internal sealed class AdminClient : IDisposable
{
    private const int ImportsARequest = 200;
    private const int CopyBuffer = 64 * 1024;

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
        return await ReadAsync(() => response.Content.ReadFromJsonAsync(AdminJson.Default.UserView, cancellationToken)) ?? throw Empty();
    }

    public async Task<string> RemoveAsync(string name, MailRemoval mail, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(
            new HttpRequestMessage(HttpMethod.Delete, $"users?name={Uri.EscapeDataString(name)}&mail={mail}"), cancellationToken);
        return await ReadAsync(() => response.Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>Moves one user to another place; the lines tell how far it is, and the last one what came of it.</summary>
    public async IAsyncEnumerable<MoveLine> MoveAsync(MoveRequest move, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var content = JsonContent.Create(move, AdminJson.Default.MoveRequest);
        await foreach (var line in LinesAsync(new HttpRequestMessage(HttpMethod.Post, "users/move") { Content = content }, AdminJson.Default.MoveLine, cancellationToken))
            yield return line;
    }

    /// <summary>The command of the administrator was run, for which a move waits.</summary>
    public async Task EndHookAsync(string name, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Post, $"users/move/hook?name={Uri.EscapeDataString(name)}"), cancellationToken);
    }

    /// <summary>Compares records with storage.</summary>
    /// <param name="name">Of one user; null for all, and what belongs to nobody.</param>
    /// <param name="repair">Whether to mend what can be.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public IAsyncEnumerable<DoctorLine> ExamineAsync(string? name, bool repair, CancellationToken cancellationToken) => LinesAsync(
        new HttpRequestMessage(repair ? HttpMethod.Post : HttpMethod.Get, name is null ? "doctor" : $"doctor?name={Uri.EscapeDataString(name)}"),
        AdminJson.Default.DoctorLine, cancellationToken);

    public IAsyncEnumerable<StoredMailView> ListMailAsync(string name, CancellationToken cancellationToken) =>
        LinesAsync(new HttpRequestMessage(HttpMethod.Get, $"mail?name={Uri.EscapeDataString(name)}"), AdminJson.Default.StoredMailView, cancellationToken);

    public Task CopyMailAsync(string name, string id, Stream target, CancellationToken cancellationToken) =>
        CopyAsync($"mail/content?name={Uri.EscapeDataString(name)}&id={Uri.EscapeDataString(id)}", target, _ => { }, cancellationToken);

    /// <summary>What a user has, by the content of his mails.</summary>
    public IAsyncEnumerable<KnownMail> ListKnownMailAsync(string name, CancellationToken cancellationToken) =>
        LinesAsync(new HttpRequestMessage(HttpMethod.Get, $"mail/known?name={Uri.EscapeDataString(name)}"), AdminJson.Default.KnownMail, cancellationToken);

    /// <summary>Which folder mails for a folder come to be in.</summary>
    public async Task<ImportFolder> FindFolderAsync(string name, string folder, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"mail/folder?name={Uri.EscapeDataString(name)}&folder={Uri.EscapeDataString(folder)}");
        using var response = await SendAsync(request, cancellationToken);
        return await ReadAsync(() => response.Content.ReadFromJsonAsync(AdminJson.Default.ImportFolder, cancellationToken)) ?? throw Empty();
    }

    /// <summary>Has mails stored.</summary>
    /// <returns>What became of each, in their order.</returns>
    public IAsyncEnumerable<ImportedMailResult> ImportMailAsync(string name, IReadOnlyList<(ImportedMail Head, MailBuffer Content)> mails, CancellationToken cancellationToken) =>
        LinesAsync(
            new HttpRequestMessage(HttpMethod.Post, $"mail/import?name={Uri.EscapeDataString(name)}") { Content = new ImportedMailsContent(mails) },
            AdminJson.Default.ImportedMailResult, cancellationToken);

    /// <summary>Copies the user database.</summary>
    /// <param name="target">Where to.</param>
    /// <param name="progress">Told the number of bytes now and then.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public Task BackUpUsersAsync(Stream target, Action<long> progress, CancellationToken cancellationToken) =>
        CopyAsync("users/backup", target, progress, cancellationToken);

    public void Dispose() => _http.Dispose();

    private async Task CopyAsync(string path, Stream target, Action<long> progress, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, path), cancellationToken);
        await using var content = await response.Content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[CopyBuffer];
        var copied = 0L;
        // not CopyToAsync: a disk that is full here is no fault of the server
        while (await ReadAsync(() => content.ReadAsync(buffer, cancellationToken).AsTask()) is > 0 and var count)
        {
            await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
            progress(copied += count);
        }
    }

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, path), cancellationToken);
        return await ReadAsync(() => response.Content.ReadFromJsonAsync(type, cancellationToken)) ?? throw Empty();
    }

    private async IAsyncEnumerable<T> LinesAsync<T>(
        HttpRequestMessage request, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var response = await SendAsync(request, cancellationToken);
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken), Encoding.UTF8);
        while (await ReadAsync(() => lines.ReadLineAsync(cancellationToken).AsTask()) is { } line)
            yield return await ReadAsync(() => Task.FromResult(JsonSerializer.Deserialize(line, type))) ?? throw Empty();
    }

    /// <summary>An answer that breaks off, or is none: the server was killed, or its log says why.</summary>
    private static async Task<T> ReadAsync<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception e) when (e is IOException or HttpRequestException or JsonException)
        {
            throw new AdminException(ExitCode.TemporaryFailure, $"the server's answer broke off ({(e as HttpIOException)?.HttpRequestError.ToString() ?? e.Message}); its log says why");
        }
    }

    private static AdminException Empty() => new(ExitCode.Software, "the server's answer is empty; is it of another version?");

    /// <summary>Not every answer is this program's own: the web server's, to a request that it cannot read, are empty.</summary>
    private static async Task<AdminException> ErrorOfAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        ErrorView? error = null;
        if (response.Content.Headers.ContentType?.MediaType == "application/json")
            error = await ReadAsync(() => response.Content.ReadFromJsonAsync(AdminJson.Default.ErrorView, cancellationToken));
        return error is null
            ? new AdminException(ExitCode.Software, $"the server turned the request down: {(int)response.StatusCode} {response.ReasonPhrase}")
            : new AdminException(error.ExitCode, error.Error);
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
            throw await ErrorOfAsync(response, cancellationToken);
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
