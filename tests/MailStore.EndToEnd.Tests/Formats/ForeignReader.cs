using System.Globalization;
using MailStore.Tests.Formats;
using MailStore.Tests.Servers;

namespace MailStore.EndToEnd.Tests.Formats;

/// <summary>A user's mails, without the added headers, as programs read them that know nothing of MailStore. (Maildirs: see <see cref="AllMailsTests"/>. LiteDB has no program of its own.)</summary>
internal static class ForeignReader
{
    public static async Task<IReadOnlyList<IEnumerable<byte[]>>> ReadAsync(StorageFormat format, TestPlace place, FormatServers servers, string user) => format.Mda switch
    {
        "postgres" => [await PsqlAsync(place, servers.Postgres, user)],
        "s3" => [await S3cmdAsync(place, servers, user)],
        _ => [],
    };

    /// <summary>As the README of the plugin says.</summary>
    private static async Task<IEnumerable<byte[]>> PsqlAsync(TestPlace place, PostgresServer server, string user)
    {
        var schema = File.ReadLines(place.ConfigurationFile).First(line => line.StartsWith("schema = ", StringComparison.Ordinal)).Split('"')[1];
        var box = (await server.PsqlAsync($"SELECT box || '|' || layout FROM {schema}.mailboxes WHERE username = '{user}'")).Trim().Split('|');
        var tables = box[1] == "schema" ? $"{schema}_{box[0]}" : schema;
        var rows = await server.PsqlAsync(string.Create(
            CultureInfo.InvariantCulture,
            $"SELECT encode(string_agg(c.content, ''::bytea ORDER BY c.chunk), 'hex') FROM {tables}.mails m JOIN {tables}.chunks c ON c.box = m.box AND c.mail = m.id WHERE m.box = {box[0]} GROUP BY m.id ORDER BY m.id"));
        return rows.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(row => StoredMaildir.Open(Convert.FromHexString(row)).Mail);
    }

    private static async Task<IEnumerable<byte[]>> S3cmdAsync(TestPlace place, FormatServers servers, string user)
    {
        var prefix = File.ReadLines(place.ConfigurationFile).First(line => line.StartsWith("prefix = ", StringComparison.Ordinal)).Split('"')[1].Split('/')[0];
        var target = Directory.CreateDirectory(Path.Combine(place.Directory, "s3cmd")).FullName;
        var (arguments, bucket) = servers.S3cmd;
        await Tools.RunAsync("s3cmd", [.. arguments, "get", "--recursive", $"{bucket}/{prefix}/{user.Split('@')[1]}/{user.Split('@')[0]}/", target + "/"]);
        return Directory.GetFiles(target, "*.eml", SearchOption.AllDirectories).Select(StoredMaildir.Open).Select(mail => mail.Mail);
    }
}
