using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace MailStore.Tests;

/// <summary>Requests without a body, signed by hand (AWS Signature Version 4): what starts a server for tests of a client, and reads what that has stored, does without that client.</summary>
internal sealed class CephRgwRequests(Uri endpoint, string accessKey, string secretKey) : IDisposable
{
    private static readonly string EmptyHash = Hex(SHA256.HashData([]));

    private readonly HttpClient _client = new() { BaseAddress = endpoint, Timeout = TimeSpan.FromSeconds(30) };

    public async Task<HttpStatusCode> SendAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        using var response = await RequestAsync(method, path, "", cancellationToken);
        return response.StatusCode;
    }

    /// <summary>All keys of a bucket.</summary>
    public async Task<List<string>> ListAsync(string bucket)
    {
        var keys = new List<string>();
        while (true)
        {
            var query = keys.Count == 0 ? "" : $"marker={Uri.EscapeDataString(keys[^1])}";
            using var response = await RequestAsync(HttpMethod.Get, $"/{bucket}", query, CancellationToken.None);
            response.EnsureSuccessStatusCode();
            var page = XElement.Parse(await response.Content.ReadAsStringAsync());
            keys.AddRange(page.Descendants().Where(element => element.Name.LocalName == "Contents").Select(element => element.Elements().First(part => part.Name.LocalName == "Key").Value));
            if (page.Elements().First(element => element.Name.LocalName == "IsTruncated").Value != "true")
                return keys;
        }
    }

    /// <summary>An object's content.</summary>
    public async Task<byte[]> ReadAsync(string bucket, string key)
    {
        using var response = await RequestAsync(HttpMethod.Get, $"/{bucket}/{string.Join('/', key.Split('/').Select(Uri.EscapeDataString))}", "", CancellationToken.None);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadAsByteArrayAsync();
    }

    public void Dispose() => _client.Dispose();

    private async Task<HttpResponseMessage> RequestAsync(HttpMethod method, string path, string query, CancellationToken cancellationToken)
    {
        var now = DateTime.UtcNow;
        var time = now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{time[..8]}/us-east-1/s3/aws4_request";
        const string signed = "host;x-amz-content-sha256;x-amz-date";
        var canonical = $"{method}\n{path}\n{query}\nhost:{endpoint.Authority}\nx-amz-content-sha256:{EmptyHash}\nx-amz-date:{time}\n\n{signed}\n{EmptyHash}";
        var toSign = $"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = scope.Split('/').Aggregate(Encoding.UTF8.GetBytes("AWS4" + secretKey), Mac);
        using var request = new HttpRequestMessage(method, query.Length == 0 ? path : $"{path}?{query}");
        request.Headers.Add("x-amz-content-sha256", EmptyHash);
        request.Headers.Add("x-amz-date", time);
        request.Headers.TryAddWithoutValidation("Authorization", $"AWS4-HMAC-SHA256 Credential={accessKey}/{scope}, SignedHeaders={signed}, Signature={Hex(Mac(key, toSign))}");
        return await _client.SendAsync(request, cancellationToken);
    }

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
