using MailStore.Tests;

namespace MailStore.EndToEnd.Tests;

/// <summary><c>mailstore deliver</c> as an MTA's pipe transport calls it.</summary>
public sealed class DeliverCommandTests
{
    private const string Alice = "alice@example.org";

    private static readonly byte[] Mail = "From sender@example.net Mon Nov  2 09:15:00 2026\nSubject: piped\n\n.\n..two\nlast line without an end"u8.ToArray();
    private static readonly byte[] Stored = "Subject: piped\n\n.\n..two\nlast line without an end"u8.ToArray();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_piped_mail_is_stored_to_the_byte_whether_a_server_runs_or_not(bool serverRuns)
    {
        using var place = new TestPlace("\n[lmtp]\nlisten = [\"unix:lmtp.sock\"]\n");
        await place.AddUsersAsync([Alice]);
        await using var server = serverRuns ? await ServerProcess.StartAsync(place) : null;
        (await MailStoreProgram.RunAsync(place.Directory, Mail, ["deliver", "-f", "sender@example.net", Alice])).Succeeded();
        var (added, mail) = StoredMaildir.Open(Assert.Single(StoredMaildir.Files(place.MaildirOf(Alice))));
        Assert.Equal("<sender@example.net>", added["Return-Path"]);
        // LMTP cannot say that the last line has no end
        Assert.Equal(serverRuns ? [.. Stored, (byte)'\n'] : Stored, mail);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Its_exit_code_is_the_verdict(bool serverRuns)
    {
        using var place = new TestPlace("\n[lmtp]\nlisten = [\"unix:lmtp.sock\"]\n");
        await place.AddUsersAsync([Alice, "off@example.org enabled=false", "full@example.org quota=1"]);
        await using var server = serverRuns ? await ServerProcess.StartAsync(place) : null;
        foreach (var (recipient, exitCode) in (ValueTuple<string, int>[])[("nobody@example.org", 67), ("off@example.org", 67), ("full@example.org", 75), (Alice, 0)])
            Assert.Equal(exitCode, (await MailStoreProgram.RunAsync(place.Directory, Mail, ["deliver", recipient])).ExitCode);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_mail_that_is_too_large_is_not_taken_whether_a_server_runs_or_not(bool serverRuns)
    {
        using var place = new TestPlace("\n[lmtp]\nlisten = [\"unix:lmtp.sock\"]\nmax_message_size = \"10K\"\n");
        await place.AddUsersAsync([Alice]);
        await using var server = serverRuns ? await ServerProcess.StartAsync(place) : null;
        var large = System.Text.Encoding.ASCII.GetBytes("Subject: large\n\n" + string.Concat(Enumerable.Repeat("0123456789\n", 1000)));
        var result = (await MailStoreProgram.RunAsync(place.Directory, large, ["deliver", Alice])).FailedClearly(77);
        Assert.Contains("552 5.3.4 the mail is larger than the 10240 bytes", result.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(place.MaildirOf(Alice)) && StoredMaildir.Files(place.MaildirOf(Alice)).Any());
    }

    [Fact]
    public async Task A_configuration_at_fault_is_no_reason_to_bounce()
    {
        using var place = new TestPlace();
        await place.AddUsersAsync([Alice]);
        place.Configure("mda = \"maildri\"\n", MailStoreProgram.ModulesDirectory);
        var result = await MailStoreProgram.RunAsync(place.Directory, Mail, ["deliver", Alice]);
        result.FailedClearly(75);
        Assert.Contains("maildri", result.Errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("as usual", 0, "", "")]
    [InlineData("several lines", 0, "RCPT", "250-2.1.5 one\n250-2.1.5 two\n250 2.1.5 three")]
    [InlineData("gone after the last reply", 0, ".", "250 2.0.0 stored\nhang up")]
    [InlineData("gone before the reply", 75, ".", "hang up")]
    [InlineData("gone at once", 75, "connect", "hang up")]
    [InlineData("closing", 75, "connect", "421 4.3.2 shutting down")]
    [InlineData("no LMTP", 75, "LHLO", "500 5.5.1 this is SMTP")]
    [InlineData("a sender that it does not take", 75, "MAIL", "501 5.1.7 this is not an address")]
    [InlineData("an extension that it lacks", 75, "MAIL", "555 5.5.4 parameter not known")]
    [InlineData("a command out of order", 75, "DATA", "503 5.5.1 say LHLO first")]
    [InlineData("no reply at all", 75, "RCPT", "nonsense")]
    [InlineData("unknown for sure", 67, "RCPT", "550 5.1.1 no such user")]
    [InlineData("unknown perhaps", 75, "RCPT", "550 5.7.1 not from here")]
    [InlineData("too large", 77, ".", "552 5.3.4 too large")]
    [InlineData("full", 77, ".", "552 5.2.2 over quota")]
    [InlineData("full for now", 75, ".", "452 4.2.2 over quota")]
    public async Task Only_a_refusal_that_is_meant_for_the_sender_bounces_and_what_is_stored_is_not_sent_again(
        string server, int exitCode, string command, string reply)
    {
        _ = server;
        using var scripted = new ScriptedServer(said => said == command ? reply : said switch
        {
            "connect" => "220 ready",
            "DATA" => "354 go on",
            "." => "250 2.0.0 stored",
            _ => "250 2.0.0 OK",
        });
        using var place = new TestPlace($"\n[lmtp]\nlisten = [\"unix:{scripted.Path}\"]\n");
        (await MailStoreProgram.RunAsync(place.Directory, Mail, ["deliver", Alice])).FailedClearly(exitCode);
        Assert.Equal(exitCode is 0 or 77 || command == ".", (await scripted.Served).Contains("..two") || (await scripted.Served).Contains("...two"));
    }

    [Fact]
    public async Task An_address_with_control_characters_is_nobodys_and_least_of_all_another_users()
    {
        using var place = new TestPlace("\n[lmtp]\nlisten = [\"unix:lmtp.sock\"]\n");
        await place.AddUsersAsync([Alice]);
        await using var server = await ServerProcess.StartAsync(place);
        (await MailStoreProgram.RunAsync(place.Directory, Mail, ["deliver", "ali\tce@example.org"])).FailedClearly(67);
        Assert.False(Directory.Exists(place.MaildirOf(Alice)));
    }

    [Fact]
    public async Task A_data_directory_whose_disk_is_not_mounted_bounces_nothing()
    {
        using var place = new TestPlace("\n[lmtp]\nlisten = [\"unix:lmtp.sock\"]\n");
        (await MailStoreProgram.RunAsync(place.Directory, Mail, ["deliver", Alice])).FailedClearly(75);
        Assert.False(Directory.Exists(place.DataDirectory));
    }

    [Fact]
    public async Task A_mail_over_the_limit_is_refused_without_a_server_as_well()
    {
        using var place = new TestPlace("\n[lmtp]\nlisten = [\"unix:lmtp.sock\"]\nmax_message_size = \"10\"\n");
        await place.AddUsersAsync([Alice]);
        (await MailStoreProgram.RunAsync(place.Directory, Mail, ["deliver", Alice])).FailedClearly(77);
        Assert.False(Directory.Exists(place.MaildirOf(Alice)));
    }

    [Fact]
    public async Task An_argument_names_no_file_to_read_arguments_from()
    {
        using var place = new TestPlace("\n[lmtp]\nlisten = [\"unix:lmtp.sock\"]\n");
        await place.AddUsersAsync([Alice]);
        var file = Path.Combine(place.Directory, "arguments");
        await File.WriteAllTextAsync(file, Alice);
        (await MailStoreProgram.RunAsync(place.Directory, Mail, ["deliver", $"@{file}"])).FailedClearly(67);
        Assert.False(Directory.Exists(place.MaildirOf(Alice)));
    }

    [Fact]
    public async Task A_signal_ends_it_with_an_exit_code_on_which_no_mta_bounces()
    {
        using var asked = new SemaphoreSlim(0);
        using var scripted = new ScriptedServer(_ =>
        {
            asked.Release();
            return ""; // and no answer
        });
        using var place = new TestPlace($"\n[lmtp]\nlisten = [\"unix:{scripted.Path}\"]\n");
        await using var process = new SignalledProcess(MailStoreProgram.StartInfo(place.Directory, ["deliver", Alice]));
        Assert.True(await asked.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal(75, await process.TerminateAsync());
    }

    [Fact]
    public async Task A_fault_that_nobody_foresaw_is_no_reason_to_bounce()
    {
        using var place = new TestPlace();
        await place.AddUsersAsync([Alice]);
        // longer than the address of a socket can be
        place.Configure($"\n[lmtp]\nlisten = [\"unix:{new string('s', 200)}\"]\n", MailStoreProgram.ModulesDirectory);
        (await MailStoreProgram.RunAsync(place.Directory, Mail, ["deliver", Alice])).ExitCodeIs(75);
    }
}
