using System.Text.Json;
using MailStore.Tests;

namespace MailStore.EndToEnd.Tests;

/// <summary>
/// An exception on a thread, a timer or a finalizer of a module's own, or in <c>async void</c>, would end any .NET process with 134. Here it costs that module's users
/// a temporary failure, and then the server a restart, or nothing, as configured.
/// </summary>
public sealed class EscapedExceptionTests
{
    private const string Good = MisbehavingPlace.Good;
    private const string Bad = MisbehavingPlace.Bad;
    private const string Continue = "\n[modules]\non_unhandled_exception = \"continue\"\n";

    private static readonly byte[] Mail = "Subject: x\r\n\r\nhello\r\n"u8.ToArray();

    public static TheoryData<string> Ways => MisbehavingPlace.Ways;

    public static TheoryData<string> FewWays => MisbehavingPlace.FewWays;

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task The_server_ends_in_order_and_the_mails_of_others_that_are_under_way_are_stored(string way)
    {
        using var place = await MisbehavingPlace.CreateAsync(way);
        await using var server = await ServerProcess.StartAsync(place);
        await using var underWay = await LmtpClient.ConnectAsync(server.EndPoint);
        await underWay.CommandAsync("MAIL FROM:<>");
        Assert.Equal(250, (await underWay.CommandAsync($"RCPT TO:<{Good}>")).Code);
        Assert.Equal(250, (await underWay.CommandAsync($"RCPT TO:<{Bad}>")).Code);
        Assert.Equal(354, (await underWay.CommandAsync("DATA")).Code);

        await using var idle = await LmtpClient.ConnectAsync(server.EndPoint);
        Assert.Equal([250, 250], await SendTwiceAsync(idle)); // the call itself went well
        await server.WaitForLogAsync("exit code is 70");
        Assert.Equal(421, (await idle.ReadReplyAsync()).Code);
        await underWay.SendAsync(LmtpClient.Encode(Mail));
        Assert.Equal(250, (await underWay.ReadReplyAsync()).Code);
        Assert.StartsWith("4.3.0", (await underWay.ReadReplyAsync()).Text, StringComparison.Ordinal);

        Assert.Equal(70, await server.ExitAsync());
        Assert.Single(StoredMaildir.Files(place.MaildirOf(Good)));
        Assert.Contains("crit: MailStore.Modules[130] mda 'misbehaving': an exception escaped", server.Log, StringComparison.Ordinal);
        Assert.Contains($"InvalidOperationException: a {way} of the module throws on purpose", server.Log, StringComparison.Ordinal);
        Assert.Contains("at MailStore.Fixtures.Escape.Throw", server.Log, StringComparison.Ordinal);
        Assert.Contains("LMTP has stopped", server.Log, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(Path.Combine(place.DataDirectory, "run")));
    }

    [Theory]
    [MemberData(nameof(FewWays))]
    public async Task Where_it_is_configured_the_others_serve_on_and_the_module_stays_faulted(string way)
    {
        using var place = await MisbehavingPlace.CreateAsync(way, Continue);
        await using var server = await ServerProcess.StartAsync(place);
        await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
        Assert.Equal([250, 250], await SendTwiceAsync(client));
        await server.WaitForLogAsync("an exception escaped");
        for (var i = 0; i < 3; i++)
            Assert.Equal([250, 451], (await client.SendMailAsync("", [Good, Bad], Mail)).Select(reply => reply.Code));

        var health = await place.RunAsync("health");
        Assert.Equal(69, health.ExitCode);
        Assert.Contains("faulted: it let an exception escape", health.Output, StringComparison.Ordinal);
        var lines = await ListAsync(place);
        var faulted = Assert.Single(lines, line => State(line) == "faulted");
        Assert.Equal("misbehaving", faulted.GetProperty("instance").GetString());
        Assert.Contains($"a {way} of the module throws on purpose", faulted.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.InRange(faulted.GetProperty("faults").GetInt64(), 1, long.MaxValue);
        Assert.InRange(DateTimeOffset.UtcNow - faulted.GetProperty("last_fault_at").GetDateTimeOffset(), TimeSpan.Zero, TimeSpan.FromMinutes(2));
        Assert.Equal(3, lines.Count(line => State(line) == "running"));

        Assert.Equal(0, await server.StopAsync());
        Assert.Equal(3, StoredMaildir.Files(place.MaildirOf(Good)).Count);
        // however often it threw: a minute has not passed
        Assert.Equal(2, server.Log.Split("an exception escaped").Length);
    }

    [Fact]
    public async Task A_task_that_nobody_awaits_is_told_and_nothing_else_happens()
    {
        using var place = await MisbehavingPlace.CreateAsync("task");
        await using var server = await ServerProcess.StartAsync(place);
        await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
        Assert.Equal([250, 250], await SendTwiceAsync(client));
        await server.WaitForLogAsync("a task failed that nobody awaits: InvalidOperationException: a task of the module throws on purpose");
        Assert.Equal([250, 250], (await client.SendMailAsync("", [Good, Bad], Mail)).Select(reply => reply.Code));
        Assert.DoesNotContain(await ListAsync(place), line => State(line) == "faulted");
        Assert.Equal(0, await server.StopAsync());
    }

    [Theory]
    [InlineData("stop", "throw")]
    [InlineData("stop", "timers")]
    [InlineData("dispose", "throw")]
    [InlineData("dispose", "hang")]
    public async Task A_module_that_fails_at_its_end_as_well_does_not_hold_the_server(string call, string behaviour)
    {
        using var place = await MisbehavingPlace.CreateAsync("pool", "\n[modules]\ncall_timeout = \"1s\"\n", $"call = \"{call}\"\nbehaviour = \"{behaviour}\"\n");
        await using var server = await ServerProcess.StartAsync(place);
        await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
        Assert.Equal([250, 250], await SendTwiceAsync(client));
        Assert.Equal(70, await server.ExitAsync());
        Assert.Empty(Directory.GetDirectories(Path.Combine(place.DataDirectory, "run")));
    }

    [Fact]
    public async Task A_user_database_that_let_one_escape_is_451_for_everybody_and_550_for_nobody()
    {
        using var place = new TestPlace();
        place.Configure($"userdb = \"misbehaving\"\n{Continue}\n[userdb.misbehaving]\ncall = \"find\"\nbehaviour = \"thread\"\nnth = 2\n", place.OwnModules("Misbehaving"));
        await using var server = await ServerProcess.StartAsync(place);
        await using var client = await LmtpClient.ConnectAsync(server.EndPoint);
        await client.CommandAsync("MAIL FROM:<>");
        Assert.Equal(550, (await client.CommandAsync($"RCPT TO:<{Good}>")).Code);
        Assert.Equal(550, (await client.CommandAsync($"RCPT TO:<{Good}>")).Code);
        await server.WaitForLogAsync("an exception escaped");
        Assert.Equal(451, (await client.CommandAsync($"RCPT TO:<{Good}>")).Code);
        Assert.Equal(75, (await place.RunAsync("user", "show", Good)).ExitCode);
    }

    [Fact]
    public async Task A_module_that_lets_one_escape_before_it_is_started_stops_the_start()
    {
        using var place = new TestPlace();
        place.Configure("mda = \"misbehaving\"\n\n[mda.misbehaving]\ncall = \"constructor\"\nbehaviour = \"timers\"\n", place.OwnModules("Misbehaving"));
        // the start and the timers race: whichever wins, the process does not abort, and its supervisor tries again
        Assert.Contains((await place.RunAsync("serve")).ExitCode, (int[])[70, 75]);
    }

    private static async Task<IEnumerable<int>> SendTwiceAsync(LmtpClient client) =>
        [(await client.SendMailAsync("", [Bad], Mail))[0].Code, (await client.SendMailAsync("", [Bad], Mail))[0].Code];

    private static async Task<List<JsonElement>> ListAsync(TestPlace place) =>
        [.. (await place.RunAsync("module", "list", "--json")).Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];

    private static string? State(JsonElement line) => line.GetProperty("state").GetString();
}
