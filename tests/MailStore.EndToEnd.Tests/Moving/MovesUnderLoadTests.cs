using MailStore.EndToEnd.Tests.Formats;
using MailStore.Tests;
using MailStore.Tests.Formats;

namespace MailStore.EndToEnd.Tests.Moving;

/// <summary>All users move from format to format while eight connections deliver to them at full speed.</summary>
[Collection(FormatsCollection.Name)]
public sealed class MovesUnderLoadTests(FormatsFixture fixture)
{
    private const int Connections = 8;
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1";
    private static readonly int UserCount = IsLong ? 500 : 5;
    private static readonly int MailsOfEach = IsLong ? 100 : 10;

    [FormatTheory, InlineData("maildir postgres s3 mbox litedb maildir")]
    public async Task Every_mail_is_there_once_with_flags_and_arrival_after_each_move(string way)
    {
        var formats = way.Split(' ');
        using var place = new TestPlace($"""
            mda = "{formats[0]}"

            {string.Join("\n\n", formats.Distinct().Select(format => $"[mda.{format}]\n{StorageFormat.Of(format).Options(fixture.Servers)}"))}

            """);
        var users = Enumerable.Range(0, UserCount).Select(SentMail.UserName).ToList();
        await place.AddUsersAsync(users);
        await using var server = await ServerProcess.StartAsync(place);
        var taken = await FillAsync(server, users);
        foreach (var user in users)
            Flag(place.MaildirOf(user));
        var audit = new MoveAudit(place, users);
        await audit.CheckAsync(formats[0], taken);
        foreach (var format in formats[1..])
        {
            await using var pump = new MailPump($"to-{format}-{taken.Count}", _ => server.EndPoint, users, Connections);
            var moved = (await place.RunAsync("user", "move", "--all", "--mda", format)).Succeeded();
            Assert.Contains($"{UserCount} users: {UserCount} moved;", moved.Errors, StringComparison.Ordinal);
            await pump.StopAsync();
            Assert.Empty(pump.Unsure);
            Assert.NotEmpty(pump.Taken);
            taken.AddRange(pump.Taken);
            await audit.CheckAsync(format, taken);
        }

        await audit.IsCleanAsync();
    }

    private static async Task<List<(string User, string Id)>> FillAsync(ServerProcess server, IReadOnlyList<string> users)
    {
        var taken = new List<(string User, string Id)>();
        await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
        for (var i = 0; i < MailsOfEach; i++)
        {
            foreach (var user in users)
            {
                Assert.Equal(250, Assert.Single(await client.SendMailAsync("sender@example.net", [user], SentMail.Of(user, $"first-{i}"))).Code);
                taken.Add((user, $"first-{i}"));
            }
        }

        return taken;
    }

    /// <summary>As a reading program does.</summary>
    private static void Flag(string home)
    {
        foreach (var (file, flags) in StoredMaildir.Files(home).Zip((string[])["S", "FS", "RS"]))
            File.Move(file, Path.Combine(home, "cur", $"{Path.GetFileName(file)}:2,{flags}"));
    }
}
