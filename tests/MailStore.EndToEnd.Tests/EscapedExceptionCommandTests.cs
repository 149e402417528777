namespace MailStore.EndToEnd.Tests;

/// <summary>Commands that have modules in their own process: what escapes there is no reason to abort with 134, on which an MTA may bounce.</summary>
public sealed class EscapedExceptionCommandTests
{
    private const string Good = MisbehavingPlace.Good;
    private const string Bad = MisbehavingPlace.Bad;

    private static readonly byte[] Mail = "Subject: x\r\n\r\nhello\r\n"u8.ToArray();

    public static TheoryData<string> Ways => MisbehavingPlace.FewWays;

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_delivery_without_a_server_that_was_stored_is_told_as_stored(string way)
    {
        using var place = await MisbehavingPlace.CreateAsync(way, nth: 1);
        (await MailStoreProgram.RunAsync(place.Directory, Mail, ["deliver", Bad])).ExitCodeIs(0);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_delivery_without_a_server_that_needs_the_faulted_module_is_tried_again(string way)
    {
        using var place = await MisbehavingPlace.CreateAsync(way, nth: 1, call: "parse");
        await using var deliver = new PipedProcess(place, "deliver", Good, Bad);
        await deliver.WaitForErrorAsync("mda 'misbehaving': an exception escaped");
        Assert.Equal(75, await deliver.EndAsync(Mail));
        Assert.Single(StoredMaildir.Files(place.MaildirOf(Good)));
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_command_without_a_server_goes_on_until_it_needs_the_faulted_module(string way)
    {
        using var place = new TestPlace();
        place.Configure($"userdb = \"misbehaving\"\n\n[userdb.misbehaving]\ncall = \"add\"\nbehaviour = \"{way}\"\nnth = 1\n", place.OwnModules("Misbehaving"));
        await using var import = new PipedProcess(place, "user", "import", "-");
        // as many as go in one request
        await import.WriteAsync(string.Concat(Enumerable.Range(0, 200).Select(i => $"user{i}@example.org\n")));
        await import.WaitForErrorAsync("userdb 'misbehaving': an exception escaped");
        Assert.Equal(75, await import.EndAsync("late@example.org\n"u8.ToArray()));
        await import.WaitForErrorAsync("standard input(201): userdb 'misbehaving': TryAddAsync for 'late@example.org' was refused");
    }

    [Fact]
    public async Task A_module_that_lets_one_escape_does_not_pass_its_verification()
    {
        using var place = new TestPlace();
        place.Configure("[mda.misbehaving]\ncall = \"start\"\nbehaviour = \"pool\"\n", place.OwnModules("Misbehaving"));
        var result = await place.RunAsync("module", "verify", "misbehaving", "--case", "start");
        result.ExitCodeIs(1);
        Assert.Contains("mda 'misbehaving' let an exception escape on a thread or timer of its own: InvalidOperation", result.Errors, StringComparison.Ordinal);
    }
}
