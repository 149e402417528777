using System.Globalization;
using System.Text;
using Amazon.S3.Model;
using MailStore.S3.Client;
using MailStore.S3.Keys;

namespace MailStore.S3.Places;

/// <summary>The object that says whose a place is.</summary>
internal static class Marker
{
    private const string Head = "# MailStore: whose mail this is. Do not change or remove.\n";
    private const string UserKey = "user=";
    private const string VersionKey = "version=";

    /// <param name="user">The user's name.</param>
    /// <param name="life">The version of his record that the place was allocated for.</param>
    public static string Text(string user, string life) => $"{Head}{UserKey}{KeyEscape.User(user)}\n{VersionKey}{life}\n";

    public static string Text(string user, long version) => Text(user, version.ToString(CultureInfo.InvariantCulture));

    /// <param name="isNew">Whether there must be none.</param>
    public static PutObjectRequest Request(S3Options options, Place place, string text, bool isNew) => options.Encrypt(new PutObjectRequest
    {
        BucketName = place.Bucket,
        Key = place.Marker,
        ContentBody = text,
        ContentType = "text/plain",
        UseChunkEncoding = false,
        IfNoneMatch = isNew ? "*" : null,
    });

    /// <summary>What it says; null if there is none.</summary>
    public static async Task<string?> ReadAsync(Bucket bucket, Place place, CancellationToken cancellationToken)
    {
        using var found = await bucket.GetAsync(place.Marker, cancellationToken);
        if (found is null)
            return null;
        using var reader = new StreamReader(found.ResponseStream, Encoding.UTF8);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    /// <summary>The user whom a marker names, and the version; null for one whose name cannot be read back.</summary>
    public static (string User, long Version)? Parse(string text)
    {
        var lines = text.Split('\n');
        var user = lines.FirstOrDefault(line => line.StartsWith(UserKey, StringComparison.Ordinal)) is { } name ? KeyEscape.UnescapeUser(name[UserKey.Length..]) : null;
        return user is not null
            && lines.FirstOrDefault(line => line.StartsWith(VersionKey, StringComparison.Ordinal)) is { } number
            && long.TryParse(number.AsSpan(VersionKey.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? (user, version)
            : null;
    }
}
