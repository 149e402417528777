using System.Text.Json;
using MailStore.Host.Admin;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests.Faults;

/// <summary>What an administrator sees of damage: <c>mailstore doctor</c>, with a server and without.</summary>
public sealed class DoctorTests
{
    private const string TwoDays = "clock 172800";
    private const string Tables = "[mda.maildir]\nquota = \"1G\"\n\n[domain.\"catch.example\"]\ncatch_all = \"nobody@example.org\"\n";
    private const string Archive = "\n[mda.archive]\nmodule = \"maildir\"\npath = \"archive/{domain}/{local}\"\n";

    private static readonly string[] Mendable =
    [
        "incomplete-place cur", "incomplete-place new", "incomplete-place tmp", "leftover left", "leftover tmp", "missing-mark mailstore-owner", "missing-place home", "orphan orphan",
        "wrong-mode mode", "wrong-usage maildirsize",
    ];

    private static readonly string[] Left =
    [
        "broken-alias circle1", "broken-alias circle2", "broken-alias lost", "broken-catch-all", "damaged torn", "foreign-place", "invalid-record future", "orphaned-mail kept", "orphaned-mail thief", "stray-file stray", "unknown-mda archived",
    ];

    [TheoryIf("gcc")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Twenty_kinds_of_damage_are_found_and_what_can_be_is_mended(bool whileServing)
    {
        using var place = new TestPlace(Tables + Archive);
        using var shim = new FaultShim(place.Directory, place.DataDirectory + "/");
        string[] users = ["healthy", "home", "new", "cur", "tmp", "mode", "owner", "usage", "unfinished", "torn", "stray", "thief", "victim", "orphan", "kept", "archived"];
        await place.AddUsersAsync([.. users.Select(Name), "lost@example.org alias=nobody@example.org", "circle1@example.org alias=circle2@example.org", "circle2@example.org alias=circle1@example.org"]);
        (await place.RunAsync("user", "set", Name("archived"), "mda=archive")).Succeeded();
        await using (var server = await ServerProcess.StartAsync(place))
        {
            await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
            foreach (var user in users.Except(["orphan"]))
                Assert.Equal(250, Assert.Single(await client.SendMailAsync("", [Name(user)], "Subject: x\r\n\r\nhello\r\n"u8.ToArray())).Code);
            (await place.RunAsync("user", "remove", Name("kept"), "--keep-mail")).Succeeded();
            Assert.Equal(0, await server.StopAsync());
        }

        await DamageAsync(place);
        place.Configure(Tables, MailStoreProgram.ModulesDirectory);
        shim.Set(TwoDays);
        await using var serving = whileServing ? await ServerProcess.StartAsync(await shim.UnderAsync(MailStoreProgram.StartInfo(place.Directory, ["serve"]))) : null;
        var before = Tree(place.DataDirectory);
        Assert.Equal([.. Mendable.Concat(Left).Order(StringComparer.Ordinal)], await DoctorAsync(place, shim, 1, finding => !finding.Repaired));
        Assert.Equal(before, Tree(place.DataDirectory));

        var one = await RunAsync(place, shim, "doctor", Name("new"), "--repair");
        one.ExitCodeIs(0);
        Assert.Contains("incomplete-place\tnew@example.org\t", one.Output, StringComparison.Ordinal);
        Assert.Contains("mended: make it", one.Output, StringComparison.Ordinal);
        Assert.Contains("1 user looked at, 1 finding: 1 mended, 0 left", one.Errors, StringComparison.Ordinal);
        (await RunAsync(place, shim, "doctor", "nobody@example.org")).FailedClearly(67);

        Assert.Equal([.. Mendable.Except(["incomplete-place new"]).Order(StringComparer.Ordinal)], await DoctorAsync(place, shim, 1, finding => finding.Repaired, "--repair"));
        Assert.Equal(Left, await DoctorAsync(place, shim, 1, finding => !finding.Repaired));
        Assert.Equal(3, Directory.GetFiles(place.MaildirOf(Name("kept")) + "/new").Length + Directory.GetFiles(place.MaildirOf(Name("torn")) + "/new").Length + Directory.GetFiles(place.MaildirOf(Name("healthy")) + "/new").Length);
    }

    [Fact]
    public async Task Nothing_is_found_and_nothing_lost_while_users_get_their_first_mails_and_it_repairs_all_the_time()
    {
        const int Clients = 4;
        const int UsersEach = 60;
        using var place = new TestPlace("[mda.maildir]\nquota = \"1G\"\n");
        await place.AddUsersAsync(Enumerable.Range(0, Clients * UsersEach).Select(i => Name($"user{i}")));
        await using var server = await ServerProcess.StartAsync(place);
        using var admin = new AdminClient(AdminServer.SocketPath(place.DataDirectory));
        var load = Task.WhenAll(Enumerable.Range(0, Clients).Select(async i =>
        {
            await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
            for (var mail = 0; mail < UsersEach * 2; mail++)
                Assert.Equal(250, Assert.Single(await client.SendMailAsync("", [Name($"user{(i * UsersEach) + (mail / 2)}")], "Subject: x\r\n\r\nhello\r\n"u8.ToArray())).Code);
        }));
        var rounds = 0;
        do
        {
            await foreach (var line in admin.ExamineAsync(null, repair: true, CancellationToken.None))
                Assert.True(line.Finding is null, $"{line.Finding}");
            rounds++;
        }
        while (!load.IsCompleted);
        await load;
        Assert.True(rounds > 1);
        Assert.Equal(Clients * UsersEach * 2, Directory.GetFiles(Path.Combine(place.DataDirectory, "mail"), "*,S=*", SearchOption.AllDirectories).Length);
        Assert.Equal(0, await server.StopAsync());
    }

    private static async Task DamageAsync(TestPlace place)
    {
        var mail = Path.Combine(place.DataDirectory, "mail", "example.org");
        Directory.Delete($"{mail}/home", recursive: true);
        foreach (var part in (string[])["new", "cur", "tmp"])
            Directory.Delete($"{mail}/{part}/{part}", recursive: true);
        // its mail is gone, and is counted no more: that is damage of another kind
        File.Delete($"{mail}/new/maildirsize");
        File.SetUnixFileMode($"{mail}/mode", (UnixFileMode)0x1ff);
        File.Delete($"{mail}/owner/mailstore-owner");
        await File.AppendAllTextAsync($"{mail}/usage/maildirsize", "1000000 7\n");
        await File.WriteAllTextAsync($"{mail}/unfinished/tmp/1.M1P1Q1R1.host", "half");
        using (var file = new FileStream(Directory.GetFiles($"{mail}/torn/new").Single(), FileMode.Open))
            file.SetLength(10);
        Directory.CreateDirectory($"{mail}/stray/new/stray");
        Directory.Delete($"{mail}/victim", recursive: true);
        Directory.Move($"{mail}/thief", $"{mail}/victim");
        Directory.CreateDirectory($"{mail}/.mailstore-new-left/new");
        var import = Path.Combine(place.Directory, "import.json");
        await File.WriteAllTextAsync(import, """{"name":"future@example.org","settings":{"alias":"healthy@example.org"},"allocation":{"id":"1","mda":"maildir","form":99,"values":{"home":"/nowhere"}}}""");
        (await place.RunAsync("user", "import", "--json", import)).Succeeded();
        (await place.RunAsync("user", "remove", Name("thief"), "--keep-mail")).Succeeded();
        (await place.RunAsync("user", "remove", Name("orphan"))).Succeeded();
        foreach (var part in (string[])["new", "cur", "tmp"])
            Directory.CreateDirectory($"{mail}/orphan/{part}");
        await File.WriteAllTextAsync($"{mail}/orphan/mailstore-owner", "user=orphan@example.org\nversion=1\n");
    }

    private static async Task<List<string>> DoctorAsync(TestPlace place, FaultShim shim, int exitCode, Func<Finding, bool> isMeant, params string[] options)
    {
        var result = await RunAsync(place, shim, ["doctor", "--json", .. options]);
        result.ExitCodeIs(exitCode);
        var findings = result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonSerializer.Deserialize<Finding>(line, JsonSerializerOptions.Web)!).ToList();
        return [.. findings.Where(isMeant).Select(finding => finding.Title()).Order(StringComparer.Ordinal)];
    }

    /// <summary>A command two days later: with a server the time is that one's.</summary>
    private static async Task<CommandResult> RunAsync(TestPlace place, FaultShim shim, params string[] arguments) =>
        await MailStoreProgram.RunAsync(await shim.UnderAsync(MailStoreProgram.StartInfo(place.Directory, arguments)), []);

    private static List<string> Tree(string path) =>
        [.. Directory.EnumerateFileSystemEntries(Path.Combine(path, "mail"), "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).Order(StringComparer.Ordinal)];

    private static string Name(string local) => $"{local}@example.org";

    private sealed record Finding(string Kind, string? User, string? Place, string What, string? Repair, bool Repaired)
    {
        /// <summary>The kind, and the shortest word that tells which one.</summary>
        public string Title() => Kind switch
        {
            "broken-alias" or "damaged" or "invalid-record" or "missing-place" or "orphan" or "orphaned-mail" or "stray-file" or "unknown-mda" or "wrong-mode" => $"{Kind} {User!.Split('@')[0]}",
            "leftover" => Place!.Contains("mailstore-new", StringComparison.Ordinal) ? "leftover left" : "leftover tmp",
            "broken-catch-all" or "foreign-place" => Kind,
            _ => $"{Kind} {Path.GetFileName(Place)}",
        };
    }
}
