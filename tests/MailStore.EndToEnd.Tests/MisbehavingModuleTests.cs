using System.Text.Json;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests;

/// <summary>A module that throws, hangs, blocks its thread or returns null costs its own recipient a 451, and nobody else anything.</summary>
public sealed class MisbehavingModuleTests
{
    private const string Good = "good@example.org";
    private const string First = "first@example.org";
    private const string Watched = "\n[modules]\ncall_timeout = \"1s\"\n";

    private static readonly string[] Behaviours = ["throw", "fail", "hang", "block", "null"];
    private static readonly byte[] Mail = "Subject: x\r\n\r\nhello\r\n"u8.ToArray();

    [Fact]
    public async Task An_mda_that_misbehaves_costs_its_recipient_451_and_the_others_of_the_mail_get_250()
    {
        using var place = new TestPlace();
        place.Configure($"mda = \"maildir\"\n{Watched}\n[mda.maildir]\n\n[mda.misbehaving]\n", place.OwnModules("Misbehaving"));
        var bad = ((string[])["allocate", "deliver"]).SelectMany(call => Behaviours, (call, behaviour) => (Call: call, Behaviour: behaviour, Name: $"{call}-{behaviour}@example.org")).ToList();
        await place.AddUsersAsync([Good, First]);
        await using var server = await ServerProcess.StartAsync(place);
        await place.AddUsersAsync(bad.Select(user => $"{user.Name} mda=misbehaving call={user.Call} behaviour={user.Behaviour}"));
        await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
        await SendFirstAsync(client);
        var mails = 0;
        foreach (var user in bad)
        {
            var replies = await client.SendMailAsync("", [Good, user.Name, Good], Mail);
            Assert.Equal([250, 451, 250], replies.Select(reply => reply.Code));
            Assert.StartsWith("4.3.0", replies[1].Text, StringComparison.Ordinal);
            mails += 2;
            await server.WaitForLogAsync($"user {user.Name}");
        }

        Assert.Equal(mails, StoredMaildir.Files(place.MaildirOf(Good)).Count);
        Assert.Contains("mda 'misbehaving'", server.Log, StringComparison.Ordinal);
        foreach (var call in (string[])["AllocateAsync", "DeliverAsync"])
            Assert.Contains(call, server.Log, StringComparison.Ordinal);
        Assert.Equal(0, await server.StopAsync());
    }

    [Fact]
    public async Task An_mda_whose_parse_misbehaves_is_451_at_RCPT_and_the_server_goes_on()
    {
        foreach (var behaviour in Behaviours)
        {
            using var place = new TestPlace();
            place.Configure($"mda = \"maildir\"\n{Watched}\n[mda.maildir]\n\n[mda.misbehaving]\n", place.OwnModules("Misbehaving"));
            await place.AddUsersAsync([Good, First, "bad@example.org mda=misbehaving"]);
            place.Configure(
                $"mda = \"maildir\"\n{Watched}\n[mda.maildir]\n\n[mda.misbehaving]\ncall = \"parse\"\nbehaviour = \"{behaviour}\"\n", Path.Combine(place.Directory, "modules.d"));
            await using var server = await ServerProcess.StartAsync(place);
            await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
            await SendFirstAsync(client);
            Assert.Equal([250, 451], (await client.SendMailAsync("", [Good, "bad@example.org"], Mail)).Select(reply => reply.Code));
            await server.WaitForLogAsync("bad@example.org");
            Assert.Contains("Parse", server.Log, StringComparison.Ordinal);
            Assert.Equal(0, await server.StopAsync());
        }
    }

    [Theory]
    [InlineData("userdb", "find", 451)]
    [InlineData("creator", "create", 451)]
    public async Task A_creator_or_user_database_that_misbehaves_is_a_temporary_failure(string kind, string call, int code)
    {
        // what the contract allows is no misbehaviour: null is "no such user", and "the user is gone"
        foreach (var behaviour in Behaviours.Where(behaviour => behaviour != "null"))
        {
            using var place = new TestPlace();
            place.Configure(
                $"{kind} = \"misbehaving\"\n{Watched}\n[{kind}.misbehaving]\ncall = \"{call}\"\nbehaviour = \"{behaviour}\"\n", place.OwnModules("Misbehaving"));
            await using var server = await ServerProcess.StartAsync(place);
            if (kind == "creator")
                (await place.RunAsync("user", "add", Good)).Succeeded();
            await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
            Assert.Equal(code, Assert.Single(await client.SendMailAsync("", [Good], Mail)).Code);
            await server.WaitForLogAsync($"{kind} 'misbehaving'");
            Assert.Equal(0, await server.StopAsync());
        }
    }

    [Fact]
    public async Task What_a_module_needs_of_the_user_database_and_does_not_find_is_told_at_the_start()
    {
        using var place = new TestPlace();
        place.Configure("userdb = \"misbehaving\"\ncreator = \"lock\"\n", place.OwnModules("Misbehaving"));
        var told = (await place.RunAsync("serve")).FailedClearly(78).Errors;
        Assert.Contains("mailstore.toml(4,1): creator 'lock': ", told, StringComparison.Ordinal);
        Assert.Contains("choose creator = \"trial\"", told, StringComparison.Ordinal);
        Assert.Single(told.Trim().Split('\n'));
    }

    [Fact]
    public async Task Two_plugins_with_two_versions_of_one_library_work_side_by_side()
    {
        using var place = new TestPlace();
        place.Configure("mda = \"maildir\"\n\n[mda.maildir]\n\n[mda.json-old]\n\n[mda.json-new]\n", place.OwnModules("JsonOld", "JsonNew"));
        await place.AddUsersAsync(["old@example.org mda=json-old", "new@example.org mda=json-new"]);
        await using var server = await ServerProcess.StartAsync(place);
        await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
        // these modules only allocate: what they allocate tells which version of the library they see
        Assert.Equal([451, 451], (await client.SendMailAsync("", ["old@example.org", "new@example.org"], Mail)).Select(reply => reply.Code));
        Assert.StartsWith("12.", await LibraryOfAsync(place, "old@example.org"), StringComparison.Ordinal);
        Assert.StartsWith("13.", await LibraryOfAsync(place, "new@example.org"), StringComparison.Ordinal);
    }

    /// <summary>With the first mail much is compiled, and on a busy machine that may take longer than a call may: it is sent until it is stored.</summary>
    private static async Task SendFirstAsync(LmtpClient client)
    {
        for (var until = DateTime.UtcNow.AddMinutes(1); Assert.Single(await client.SendMailAsync("", [First], Mail)).Code != 250;)
            Assert.True(DateTime.UtcNow < until, "the first mail was never stored");
    }

    private static async Task<string> LibraryOfAsync(TestPlace place, string user) =>
        JsonDocument.Parse((await place.RunAsync("user", "show", user, "--json")).Succeeded().Output).RootElement
            .GetProperty("allocation").GetProperty("values").GetProperty("version").GetString()!;
}
