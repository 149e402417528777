using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security;
using System.Security.Cryptography;
using System.Text;

namespace MailStore.Plugins.Tests.S3;

/// <summary>
/// A server in memory that knows of S3 what the module asks for, remembers what it was asked, and answers otherwise where a test says so: what a real one does
/// once in a year.
/// </summary>
internal sealed class ScriptedS3 : IAsyncDisposable
{
    private const string Encryption = "x-amz-server-side-encryption";

    private readonly HttpListener _listener;
    private readonly ConcurrentDictionary<string, Upload> _uploads = new(StringComparer.Ordinal);
    private readonly Task _serving;

    private ScriptedS3(HttpListener listener, string endpoint, int pageSize)
    {
        (_listener, Endpoint, PageSize) = (listener, endpoint, pageSize);
        _serving = Task.Run(ServeAsync);
    }

    public string Endpoint { get; }

    /// <summary>How many objects a page of a listing has at most.</summary>
    public int PageSize { get; }

    public ConcurrentQueue<ScriptedRequest> Requests { get; } = new();

    public ConcurrentDictionary<string, StoredObject> Objects { get; } = new(StringComparer.Ordinal);

    /// <summary>Looks at each request first; null: it is answered as by S3.</summary>
    public Func<ScriptedRequest, Task<ScriptedAnswer?>> Script { get; set; } = _ => Task.FromResult<ScriptedAnswer?>(null);

    /// <summary>The mails that are there: their keys tell their sizes.</summary>
    public IEnumerable<string> Mails => Objects.Where(found => found.Key.EndsWith($"_S{found.Value.Content.Length}.eml", StringComparison.Ordinal)).Select(found => found.Key);

    public static ScriptedS3 Start(int pageSize = 1000)
    {
        var (listener, endpoint) = Listen();
        return new ScriptedS3(listener, endpoint, pageSize);
    }

    /// <summary>Makes an object that was written some time ago.</summary>
    public void Put(string key, string content, TimeSpan age) => Objects[key] = new StoredObject(Encoding.UTF8.GetBytes(content), [], DateTime.UtcNow - age);

    /// <summary>Does what was asked, as S3.</summary>
    public ScriptedAnswer Answer(ScriptedRequest request) => request switch
    {
        { IsList: true } => List(request),
        { Method: "PUT" } when request.Query["uploadId"] is { } id => AddPart(request, id),
        { Method: "PUT" } => Put(request),
        { Method: "POST" } when request.Query.GetValues(null)?.Contains("uploads") == true => Begin(request),
        { IsCompletion: true } => Complete(request),
        { Method: "DELETE" } when request.Query["uploadId"] is { } id => _uploads.TryRemove(id, out _) ? new ScriptedAnswer(204) : ScriptedAnswer.Error(404, "NoSuchUpload"),
        { Method: "DELETE" } => Delete(request),
        { Method: "GET", Key: "" } => new ScriptedAnswer(200, "<ListMultipartUploadsResult><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>"),
        { Method: "GET" or "HEAD" } => Get(request),
        _ => ScriptedAnswer.Error(501, "NotImplemented"),
    };

    public async ValueTask DisposeAsync()
    {
        _listener.Close();
        await _serving;
    }

    private static (HttpListener Listener, string Endpoint) Listen()
    {
        for (var attempt = 1; ; attempt++)
        {
            using var probe = new TcpListener(IPAddress.Loopback, 0);
            probe.Start();
            var endpoint = $"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}";
            probe.Stop();
            var listener = new HttpListener();
            listener.Prefixes.Add(endpoint + "/");
            try
            {
                listener.Start();
                return (listener, endpoint);
            }
            catch (HttpListenerException) when (attempt < 10)
            {
                // somebody else got the port in between
            }
        }
    }

    private async Task ServeAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = Task.Run(() => ServeAsync(context));
        }
    }

    private async Task ServeAsync(HttpListenerContext context)
    {
        try
        {
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            var path = Uri.UnescapeDataString(context.Request.Url!.AbsolutePath);
            var slash = path.IndexOf('/', 1);
            var request = new ScriptedRequest(context.Request.HttpMethod, slash < 0 ? "" : path[(slash + 1)..], context.Request.QueryString, context.Request.Headers, body.ToArray());
            Requests.Enqueue(request);
            var answer = await Script(request) ?? Answer(request);
            context.Response.StatusCode = answer.Status;
            foreach (var (name, value) in answer.Headers)
                context.Response.Headers[name] = value;
            if (request.Method == "HEAD")
                context.Response.ContentLength64 = answer.Body.Length;
            else
                await context.Response.OutputStream.WriteAsync(answer.Body);
            context.Response.Close();
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
        {
            // the client waits no longer, or the test is over
        }
    }

    private ScriptedAnswer Put(ScriptedRequest request)
    {
        var stored = new StoredObject(request.Body, request.Headers, DateTime.UtcNow);
        if (request.Headers["If-None-Match"] != "*")
            Objects[request.Key] = stored;
        else if (!Objects.TryAdd(request.Key, stored))
            return ScriptedAnswer.Error(412, "PreconditionFailed");
        return Stored(request.Body, request.Headers[Encryption]);
    }

    // as Amazon: with a key of a key management service the ETag is no MD5, and looks like one
    private static ScriptedAnswer Stored(byte[] content, string? encryption)
    {
        var tag = encryption == "aws:kms" ? RandomNumberGenerator.GetHexString(32, lowercase: true) : Tag(content);
        var answer = new ScriptedAnswer(200) { Headers = { ["ETag"] = $"\"{tag}\"" } };
        if (encryption is not null)
            answer.Headers[Encryption] = encryption;
        return answer;
    }

    private ScriptedAnswer Begin(ScriptedRequest request)
    {
        var id = Guid.NewGuid().ToString("n");
        _uploads[id] = new Upload(request);
        var answer = new ScriptedAnswer(200, $"<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");
        if (request.Headers[Encryption] is { } encryption)
            answer.Headers[Encryption] = encryption;
        return answer;
    }

    private ScriptedAnswer AddPart(ScriptedRequest request, string id)
    {
        if (!_uploads.TryGetValue(id, out var upload))
            return ScriptedAnswer.Error(404, "NoSuchUpload");
        upload.Parts[int.Parse(request.Query["partNumber"]!, CultureInfo.InvariantCulture)] = request.Body;
        return Stored(request.Body, upload.Request.Headers[Encryption]);
    }

    private ScriptedAnswer Complete(ScriptedRequest request)
    {
        if (!_uploads.TryRemove(request.Query["uploadId"]!, out var upload))
            return ScriptedAnswer.Error(404, "NoSuchUpload");
        Objects[request.Key] = new StoredObject([.. upload.Parts.OrderBy(part => part.Key).SelectMany(part => part.Value)], upload.Request.Headers, DateTime.UtcNow);
        return new ScriptedAnswer(200, $"<CompleteMultipartUploadResult><ETag>\"{Tag([])}-{upload.Parts.Count}\"</ETag></CompleteMultipartUploadResult>");
    }

    private ScriptedAnswer Delete(ScriptedRequest request)
    {
        Objects.TryRemove(request.Key, out _);
        return new ScriptedAnswer(204);
    }

    private ScriptedAnswer Get(ScriptedRequest request)
    {
        if (!Objects.TryGetValue(request.Key, out var found))
            return ScriptedAnswer.Error(404, "NoSuchKey");
        var answer = new ScriptedAnswer(200, found.Content) { Headers = { ["ETag"] = $"\"{Tag(found.Content)}\"", ["Last-Modified"] = found.Changed.ToString("R", CultureInfo.InvariantCulture) } };
        foreach (var name in found.Headers.AllKeys.Where(name => name!.StartsWith("x-amz-meta-", StringComparison.OrdinalIgnoreCase)))
            answer.Headers[name!] = found.Headers[name]!;
        return answer;
    }

    private ScriptedAnswer List(ScriptedRequest request)
    {
        var prefix = request.Query["prefix"] ?? "";
        var after = request.Query["continuation-token"] ?? "";
        var page = new StringBuilder("<ListBucketResult>");
        var keys = Objects.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(key, after) > 0).Order(StringComparer.Ordinal).ToList();
        if (request.Query["delimiter"] is not null)
        {
            foreach (var folder in keys.Where(key => key.IndexOf('/', prefix.Length) >= 0).Select(key => key[..(key.IndexOf('/', prefix.Length) + 1)]).Distinct(StringComparer.Ordinal))
                page.Append(CultureInfo.InvariantCulture, $"<CommonPrefixes><Prefix>{SecurityElement.Escape(folder)}</Prefix></CommonPrefixes>");
            keys.Clear();
        }

        var shown = keys.Take(PageSize).ToList();
        foreach (var key in shown)
        {
            page.Append(CultureInfo.InvariantCulture, $"<Contents><Key>{SecurityElement.Escape(key)}</Key><Size>{Objects[key].Content.Length}</Size>")
                .Append(CultureInfo.InvariantCulture, $"<LastModified>{Objects[key].Changed:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}</LastModified></Contents>");
        }

        if (shown.Count < keys.Count)
            page.Append(CultureInfo.InvariantCulture, $"<NextContinuationToken>{SecurityElement.Escape(shown[^1])}</NextContinuationToken>");
        return new ScriptedAnswer(200, page.Append(CultureInfo.InvariantCulture, $"<IsTruncated>{(shown.Count < keys.Count ? "true" : "false")}</IsTruncated></ListBucketResult>").ToString());
    }

#pragma warning disable CA5351 // S3's
    private static string Tag(byte[] content) => Convert.ToHexStringLower(MD5.HashData(content));
#pragma warning restore CA5351

    /// <summary>What is there.</summary>
    internal sealed record StoredObject(byte[] Content, System.Collections.Specialized.NameValueCollection Headers, DateTime Changed);

    private sealed record Upload(ScriptedRequest Request)
    {
        public ConcurrentDictionary<int, byte[]> Parts { get; } = new();
    }
}
