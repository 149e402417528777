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
    public async Task A_fault_that_nobody_foresaw_is_no_reason_to_bounce()
    {
        using var place = new TestPlace();
        await place.AddUsersAsync([Alice]);
        // longer than the address of a socket can be
        place.Configure($"\n[lmtp]\nlisten = [\"unix:{new string('s', 200)}\"]\n", MailStoreProgram.ModulesDirectory);
        (await MailStoreProgram.RunAsync(place.Directory, Mail, ["deliver", Alice])).ExitCodeIs(75);
    }
}
