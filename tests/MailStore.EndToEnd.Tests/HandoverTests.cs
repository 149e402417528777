using System.Diagnostics;

namespace MailStore.EndToEnd.Tests;

/// <summary><c>mailstore deliver</c> and <c>mailstore-deliver</c> hand a mail over to a server: the same arguments, the same verdicts.</summary>
public sealed class HandoverTests
{
    private const string Alice = "alice@example.org";

    private static readonly byte[] Mail = "From sender@example.net Mon Nov  2 09:15:00 2026\nSubject: piped\n\n.\n..two\nlast line without an end"u8.ToArray();

    /// <summary>What the server says to one command, and the exit code of it.</summary>
    public static TheoryData<string, int, string, string> Verdicts => new()
    {
        { "as usual", 0, "", "" },
        { "several lines", 0, "RCPT", "250-2.1.5 one\n250-2.1.5 two\n250 2.1.5 three" },
        { "gone after the last reply", 0, ".", "250 2.0.0 stored\nhang up" },
        { "gone before the reply", 75, ".", "hang up" },
        { "gone at once", 75, "connect", "hang up" },
        { "closing", 75, "connect", "421 4.3.2 shutting down" },
        { "no LMTP", 75, "LHLO", "500 5.5.1 this is SMTP" },
        { "a sender that it does not take", 75, "MAIL", "501 5.1.7 this is not an address" },
        { "an extension that it lacks", 75, "MAIL", "555 5.5.4 parameter not known" },
        { "a command out of order", 75, "DATA", "503 5.5.1 say LHLO first" },
        { "no reply at all", 75, "RCPT", "nonsense" },
        { "unknown for sure", 67, "RCPT", "550 5.1.1 no such user" },
        { "unknown perhaps", 75, "RCPT", "550 5.7.1 not from here" },
        { "disabled", 67, "RCPT", "550 5.2.1 disabled" },
        { "too large", 77, ".", "552 5.3.4 too large" },
        { "full", 77, ".", "552 5.2.2 over quota" },
        { "full for now", 75, ".", "452 4.2.2 over quota" },
        { "a loop", 77, ".", "554 5.4.6 mail loop" },
    };

    [Theory]
    [MemberData(nameof(Verdicts))]
    public Task Only_a_refusal_that_is_meant_for_the_sender_bounces_and_what_is_stored_is_not_sent_again(string server, int exitCode, string command, string reply) =>
        IsVerdictAsync(Deliver, server, exitCode, command, reply);

    [TheoryIf(FactIfAttribute.NativeDeliver)]
    [MemberData(nameof(Verdicts))]
    public Task So_it_is_with_the_native_program(string server, int exitCode, string command, string reply) =>
        IsVerdictAsync(NativeDeliver, server, exitCode, command, reply);

    [Fact]
    public Task The_envelope_is_taken_from_the_arguments_else_from_the_environment() => TakesEnvelopeAsync(Deliver);

    [FactIf(FactIfAttribute.NativeDeliver)]
    public Task So_it_is_with_the_native_programs_envelope() => TakesEnvelopeAsync(NativeDeliver);

    [Fact]
    public Task A_mistake_on_the_command_line_bounces_nothing() => MistakesAsync(Deliver);

    [FactIf(FactIfAttribute.NativeDeliver)]
    public Task So_it_is_with_a_mistake_for_the_native_program() => MistakesAsync(NativeDeliver);

    [Fact]
    public Task A_signal_ends_it_with_an_exit_code_on_which_no_mta_bounces() => EndsBySignalAsync(Deliver);

    [FactIf(FactIfAttribute.NativeDeliver)]
    public Task A_signal_ends_the_native_program_so_too() => EndsBySignalAsync(NativeDeliver);

    [Fact]
    public Task Of_a_large_mail_that_nobody_gets_no_more_is_read_than_fits_into_the_pipe() => ReadsNothingAsync(Deliver);

    [FactIf(FactIfAttribute.NativeDeliver)]
    public Task Nor_does_the_native_program_read_it() => ReadsNothingAsync(NativeDeliver);

    [Fact]
    public Task A_mail_that_is_larger_than_the_server_takes_is_refused_for_good() => HeedsSizeAsync(Deliver);

    [FactIf(FactIfAttribute.NativeDeliver)]
    public Task So_does_the_native_program_refuse_it() => HeedsSizeAsync(NativeDeliver);

    [FactIf(FactIfAttribute.NativeDeliver)]
    public async Task Where_no_server_runs_the_native_program_has_the_mta_try_again()
    {
        using var place = new TestPlace("\n[lmtp]\nlisten = [\"unix:lmtp.sock\"]\n");
        await place.AddUsersAsync([Alice]);
        var result = (await MailStoreProgram.RunAsync(NativeDeliver(place, Alice), Mail)).FailedClearly(75);
        Assert.Contains("no server listens on", result.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(place.MaildirOf(Alice)));
    }

    [FactIf(FactIfAttribute.NativeDeliver)]
    public async Task What_the_native_program_hands_over_is_stored_to_the_byte()
    {
        using var place = new TestPlace("\n[lmtp]\nlisten = [\"unix:lmtp.sock\"]\n");
        await place.AddUsersAsync([Alice]);
        await using var server = await ServerProcess.StartAsync(place);
        byte[] mail = [.. "Subject: large\n\n.\n..\n\0\xff\rx\n"u8, .. Enumerable.Repeat((byte)'x', 3_000_000), (byte)'\n'];
        (await MailStoreProgram.RunAsync(NativeDeliver(place, "-f", "sender@example.net", Alice), mail)).Succeeded();
        var (added, stored) = StoredMaildir.Open(Assert.Single(StoredMaildir.Files(place.MaildirOf(Alice))));
        Assert.Equal("<sender@example.net>", added["Return-Path"]);
        Assert.Equal(mail, stored);
    }

    private static ProcessStartInfo Deliver(TestPlace place, params string[] arguments) => Clean(MailStoreProgram.StartInfo(place.Directory, ["deliver", .. arguments]));

    private static ProcessStartInfo NativeDeliver(TestPlace place, params string[] arguments) => Clean(MailStoreProgram.StartInfo(MailStoreProgram.NativeDeliver, place.Directory, arguments));

    private static ProcessStartInfo Clean(ProcessStartInfo program)
    {
        program.Environment.Remove("SENDER");
        program.Environment.Remove("RECIPIENT");
        return program;
    }

    private static string Usual(string said) => said switch
    {
        "connect" => "220 ready",
        "DATA" => "354 go on",
        "." => "250 2.0.0 stored",
        _ => "250 2.0.0 OK",
    };

    private static async Task IsVerdictAsync(Func<TestPlace, string[], ProcessStartInfo> program, string server, int exitCode, string command, string reply)
    {
        _ = server;
        using var scripted = new ScriptedServer(said => said == command ? reply : Usual(said));
        using var place = new TestPlace($"\n[lmtp]\nlisten = [\"unix:{scripted.Path}\"]\n");
        (await MailStoreProgram.RunAsync(program(place, [Alice]), Mail)).FailedClearly(exitCode);
        Assert.Equal(exitCode is 0 or 77 || command == ".", (await scripted.Served).Contains("..two") || (await scripted.Served).Contains("...two"));
    }

    private static async Task TakesEnvelopeAsync(Func<TestPlace, string[], ProcessStartInfo> program)
    {
        await IsAsync(["-f", "<s@example.net>", $"<{Alice}>", "bob@example.org"], null, null, "s@example.net", Alice, "bob@example.org");
        await IsAsync([], "s@example.net", Alice, "s@example.net", Alice);
        await IsAsync(["--sender=", Alice], "s@example.net", "bob@example.org", "", Alice);
        // the value attached, as with sendmail; a bounce address of a list has a '=' of its own
        await IsAsync(["-fs@example.net", Alice], null, null, "s@example.net", Alice);
        await IsAsync([Alice, "-r<bounce-alice=example.org@example.net>"], null, null, "bounce-alice=example.org@example.net", Alice);
        await IsAsync(["-f=s@example.net", Alice], null, null, "s@example.net", Alice);
        await IsAsync(["-f<>", Alice], "s@example.net", null, "", Alice);
        await IsAsync(["-x@example.org", "--", "-fs@example.org"], null, null, "", "-x@example.org", "-fs@example.org");
        await IsAsync([Alice], null, null, "", Alice);

        async Task IsAsync(string[] arguments, string? sender, string? recipient, string expectedSender, params string[] expected)
        {
            using var scripted = new ScriptedServer(said => said == "." ? string.Join('\n', expected.Select(_ => Usual("."))) : Usual(said));
            using var place = new TestPlace($"\n[lmtp]\nlisten = [\"unix:{scripted.Path}\"]\n");
            var start = program(place, arguments);
            if (sender is not null)
                start.Environment["SENDER"] = sender;
            if (recipient is not null)
                start.Environment["RECIPIENT"] = recipient;
            (await MailStoreProgram.RunAsync(start, Mail)).Succeeded();
            var said = await scripted.Served;
            Assert.StartsWith($"MAIL FROM:<{expectedSender}>", said.Single(line => line.StartsWith("MAIL", StringComparison.Ordinal)), StringComparison.Ordinal);
            Assert.Equal(expected.Select(user => $"RCPT TO:<{user}>"), said.Where(line => line.StartsWith("RCPT", StringComparison.Ordinal)));
        }
    }

    private static async Task MistakesAsync(Func<TestPlace, string[], ProcessStartInfo> program)
    {
        using var place = new TestPlace();
        foreach (var (arguments, message) in (ValueTuple<string[], string>[])[([], "no recipient is named"), (["--sneder", "x", Alice], "--sneder"), (["--config", "/nowhere/mailstore.toml", Alice], "/nowhere/mailstore.toml")])
        {
            var result = (await MailStoreProgram.RunAsync(program(place, arguments), Mail)).FailedClearly(75);
            Assert.Contains(message, result.Errors, StringComparison.Ordinal);
        }
    }

    private static async Task EndsBySignalAsync(Func<TestPlace, string[], ProcessStartInfo> program)
    {
        using var asked = new SemaphoreSlim(0);
        using var scripted = new ScriptedServer(_ =>
        {
            asked.Release();
            return ""; // and no answer
        });
        using var place = new TestPlace($"\n[lmtp]\nlisten = [\"unix:{scripted.Path}\"]\n");
        await using var process = new SignalledProcess(program(place, [Alice]));
        Assert.True(await asked.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal(75, await process.TerminateAsync());
    }

    private static async Task HeedsSizeAsync(Func<TestPlace, string[], ProcessStartInfo> program)
    {
        // without the line of the mbox, and with CR LF (RFC 1870)
        var size = "Subject: piped\r\n\r\n.\r\n..two\r\nlast line without an end\r\n".Length;
        foreach (var (limit, exitCode) in (ValueTuple<int, int>[])[(size, 0), (0, 0), (size - 1, 77)])
        {
            using var scripted = new ScriptedServer(said => said == "LHLO" ? $"250-mail.example.org\n250-PIPELINING\n250 SIZE {limit}" : Usual(said));
            using var place = new TestPlace($"\n[lmtp]\nlisten = [\"unix:{scripted.Path}\"]\n");
            var result = (await MailStoreProgram.RunAsync(program(place, [Alice]), Mail)).FailedClearly(exitCode);
            Assert.Equal(exitCode == 0, (await scripted.Served).Contains("."));
            Assert.Equal(exitCode == 77, result.Errors.Contains("552 5.3.4", StringComparison.Ordinal));
        }
    }

    private static async Task ReadsNothingAsync(Func<TestPlace, string[], ProcessStartInfo> program)
    {
        using var scripted = new ScriptedServer(said => said == "RCPT" ? "550 5.1.1 no such user" : Usual(said));
        using var place = new TestPlace($"\n[lmtp]\nlisten = [\"unix:{scripted.Path}\"]\n");
        using var process = Process.Start(program(place, [Alice]))!;
        var errors = process.StandardError.ReadToEndAsync();
        // the pipe stays open: whoever waits for its end never ends
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal(67, process.ExitCode);
        Assert.Contains("no such user", await errors, StringComparison.Ordinal);
    }
}
