using System.Diagnostics;

namespace MailStore.EndToEnd.Tests;

/// <summary>What somebody types who sees the program for the first time; each mistake gets one sentence that says what to do.</summary>
public sealed class NewcomerTests
{
    [Theory]
    [InlineData("usr", "'mailstore' has no command 'usr'; did you mean 'user'?")]
    [InlineData("user ad alice@example.org", "'mailstore user' has no command 'ad'; did you mean 'add'?")]
    [InlineData("user", "'mailstore user' wants one of: add, set, show, list, remove, move, import, backup, test")]
    [InlineData("user add", "'mailstore user add' lacks NAME (the user's name: an address without detail, alice@example.org)")]
    [InlineData("health --josn", "'mailstore health' has no option '--josn'; did you mean '--json'?")]
    [InlineData("user show alice @example.org", "'@example.org' is one word too many for 'mailstore user show'; put quotes around what holds blanks")]
    [InlineData("user list --format xml", "--format takes text, json or passwd, not 'xml'")]
    [InlineData("serve --log-level loud", "--log-level takes trace, debug, information, warning, error, critical or none, not 'loud'")]
    [InlineData("mail export alice@example.org", "'mailstore mail export' lacks --output PATH")]
    [InlineData("user remove --purge --keep-mail alice@example.org", "--purge and --keep-mail exclude each other")]
    public async Task A_wrong_word_gets_one_sentence(string line, string told)
    {
        using var place = new TestPlace();
        var words = line.Split(' ');
        var failed = (await place.RunAsync(words)).FailedClearly(64);
        Assert.Equal("", failed.Output);
        var lines = failed.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal($"mailstore: {told}", lines[0]);
        Assert.EndsWith("--help' says how it is used", lines[1], StringComparison.Ordinal);
        Assert.Equal(2, lines.Length);
    }

    [Theory]
    [InlineData("alice@example.org+lists", "the domain 'example.org+lists' has a '+'")]
    [InlineData("alice@example org", "has a ' '")]
    [InlineData("@example.org", "the local part is empty")]
    [InlineData("", "the local part is empty")]
    public async Task A_name_that_nobody_could_write_to_is_refused(string name, string told)
    {
        using var place = new TestPlace();
        Assert.Contains(told, (await place.RunAsync("user", "add", name)).FailedClearly(65).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_quoted_name_is_imported()
    {
        using var place = new TestPlace();
        await place.AddUsersAsync(["\"john doe\"@example.org quota=\"1 G\""]);
        Assert.Contains("\"john doe\"@example.org", (await place.RunAsync("user", "list")).Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_program_reads_is_not_broken_into_lines()
    {
        using var place = new TestPlace();
        var list = (await place.RunAsync("module", "list")).Succeeded().Output;
        Assert.Contains($"plugins in {MailStoreProgram.ModulesDirectory}; no server runs\n", list, StringComparison.Ordinal);
        Assert.Contains(Path.Combine("maildir", "MailStore.Maildir.dll"), list, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_export_of_nobody_leaves_nothing_behind()
    {
        using var place = new TestPlace();
        var target = Path.Combine(place.Directory, "export");
        (await place.RunAsync("mail", "export", "nobody@example.org", "-o", target)).FailedClearly(67);
        Assert.False(Path.Exists(target));
        (await place.RunAsync("user", "add", "alice@example.org")).Succeeded();
        (await place.RunAsync("mail", "export", "alice@example.org", "-o", Path.Combine(target, "deep"))).FailedClearly(73);
        Assert.False(Path.Exists(target));
    }

    [Theory]
    [InlineData("config show")]
    [InlineData("module list")]
    [InlineData("user list")]
    public async Task Output_that_cannot_be_written_is_told(string command)
    {
        using var place = new TestPlace();
        await place.AddUsersAsync(["alice@example.org"]);
        var info = MailStoreProgram.StartInfo(place.Directory, ["-c", $"exec '{MailStoreProgram.Path}' {command} >/dev/full"]);
        info.FileName = "/bin/sh";
        using var process = Process.Start(info)!;
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        new CommandResult(process.ExitCode, "", errors).FailedClearly(74);
        Assert.Contains("No space left on device", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_interrupted_command_ends_by_itself_and_leaves_nothing_behind()
    {
        using var place = new TestPlace();
        var temporary = Directory.CreateDirectory(Path.Combine(place.Directory, "tmp")).FullName;
        var info = MailStoreProgram.StartInfo(place.Directory, ["user", "import", "-"]);
        info.Environment["TMPDIR"] = temporary;
        using var process = Process.Start(info)!;
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!File.Exists(Path.Combine(place.DataDirectory, "users.db")) || Directory.GetFiles(temporary, "admin.sock", SearchOption.AllDirectories).Length == 0)
            await Task.Delay(50, patience.Token);
        using (Process.Start("kill", ["-INT", $"{process.Id}"])!)
            await process.WaitForExitAsync(patience.Token);
        Assert.Equal(130, process.ExitCode);
        Assert.Equal("", await process.StandardError.ReadToEndAsync(patience.Token));
        Assert.Empty(Directory.GetDirectories(temporary, "mailstore-*"));
    }

    [Fact]
    public async Task The_program_finds_its_modules_from_any_directory()
    {
        var elsewhere = Directory.CreateTempSubdirectory("mailstore-elsewhere-");
        try
        {
            (await MailStoreProgram.RunAsync(elsewhere.FullName, "config", "check")).Succeeded();
        }
        finally
        {
            elsewhere.Delete(recursive: true);
        }
    }
}
