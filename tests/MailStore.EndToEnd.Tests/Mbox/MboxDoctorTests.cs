using System.Text.Json;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.Mbox;

/// <summary><c>mailstore doctor</c> on mbox files, with a server and without; each kind of damage is tried in the tests of the plugin.</summary>
public sealed class MboxDoctorTests
{
    private static readonly string[] Mendable = ["leftover torn", "missing-mark mark", "missing-place gone", "orphan orphan", "wrong-mode mode"];

    private static readonly string[] Left = ["damaged linked", "foreign-place thief", "orphaned-mail healthy", "orphaned-mail kept"];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Damage_is_found_and_what_can_be_is_mended(bool whileServing)
    {
        using var place = new TestPlace("mda = \"mbox\"\n");
        string[] users = ["healthy", "gone", "mark", "mode", "torn", "linked", "thief", "kept", "orphan"];
        await place.AddUsersAsync(users.Select(Name));
        await using (var server = await ServerProcess.StartAsync(place))
        {
            await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
            foreach (var user in users)
                Assert.Equal(250, Assert.Single(await client.SendMailAsync("", [Name(user)], "Subject: x\r\n\r\nhello\r\n"u8.ToArray())).Code);
            Assert.Equal(0, await server.StopAsync());
        }

        await DamageAsync(place, Path.Combine(place.DataDirectory, "mbox", "example.org"));
        await using var serving = whileServing ? await ServerProcess.StartAsync(place) : null;
        Assert.Equal([.. Mendable.Concat(Left).Order(StringComparer.Ordinal)], await DoctorAsync(place, repaired: false));
        Assert.Equal(Mendable, await DoctorAsync(place, repaired: true, "--repair"));
        Assert.Equal(Left, await DoctorAsync(place, repaired: false));
        foreach (var user in users.Except(["gone", "linked", "thief", "kept", "orphan"]))
            Assert.Single((await place.RunAsync("mail", "list", Name(user))).Succeeded().Output.Trim().Split('\n'));
    }

    private static async Task DamageAsync(TestPlace place, string folder)
    {
        foreach (var name in (string[])["gone", ".gone.mailstore", ".mark.mailstore"])
            File.Delete($"{folder}/{name}");
        File.SetUnixFileMode($"{folder}/mode", (UnixFileMode)0x1b6);
        await File.AppendAllTextAsync($"{folder}/torn", "From x@y Wed J");
        await Tools.RunAsync("ln", [$"{folder}/linked", $"{folder}/again"]);
        File.Copy($"{folder}/.healthy.mailstore", $"{folder}/.thief.mailstore", overwrite: true);
        (await place.RunAsync("user", "remove", Name("kept"), "--keep-mail")).Succeeded();
        (await place.RunAsync("user", "remove", Name("orphan"), "--keep-mail")).Succeeded();
        await File.WriteAllTextAsync($"{folder}/orphan", "");
        // what is younger than an hour may be under way
        foreach (var file in Directory.GetFiles(folder, ".*", new EnumerationOptions { AttributesToSkip = 0 }))
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddHours(-2));
    }

    private static async Task<List<string>> DoctorAsync(TestPlace place, bool repaired, params string[] options)
    {
        var result = await place.RunAsync(["doctor", "--json", .. options]);
        result.ExitCodeIs(1);
        var findings = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<Finding>(line, JsonSerializerOptions.Web)!);
        return [.. findings.Where(finding => finding.Repaired == repaired).Select(finding => $"{finding.Kind} {finding.User!.Split('@')[0]}").Order(StringComparer.Ordinal)];
    }

    private static string Name(string local) => $"{local}@example.org";

    private sealed record Finding(string Kind, string? User, bool Repaired);
}
