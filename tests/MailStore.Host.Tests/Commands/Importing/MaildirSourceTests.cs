using System.Diagnostics;
using MailStore.Host.Commands.Importing;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Commands.Importing;

public sealed class MaildirSourceTests : IDisposable
{
    private readonly DirectoryInfo _place = Directory.CreateTempSubdirectory("mailstore-tests-");

    public void Dispose() => _place.Delete(recursive: true);

    [Fact]
    public async Task Mails_of_all_folders_come_with_their_flags()
    {
        var maildir = Make("box");
        Write(maildir, "cur/1.a:2,RS", "one");
        Write(maildir, "new/2.b", "two");
        Write(Make("box/.Lists.A"), "cur/3.c:2,F", "three");
        Assert.Equal(
            [("one", null, MailFlags.Answered | MailFlags.Seen), ("two", null, MailFlags.None), ("three", "Lists.A", MailFlags.Flagged)],
            (await ReadAsync(maildir)).Select(mail => (mail.Text, mail.Folder, mail.Flags)).OrderBy(mail => mail.Folder, StringComparer.Ordinal).ThenBy(mail => mail.Text, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Links_and_pipes_are_passed_over_since_they_may_lead_to_what_is_not_the_users()
    {
        var outside = Make("outside");
        Write(outside, "cur/9.z:2,", "a secret");
        var maildir = Make("box");
        Write(maildir, "cur/1.a:2,", "mine");
        File.CreateSymbolicLink(Path.Combine(maildir, "cur", "2.b:2,"), Path.Combine(outside, "cur", "9.z:2,"));
        Directory.CreateSymbolicLink(Path.Combine(maildir, ".Linked"), outside);
        Directory.CreateDirectory(Path.Combine(maildir, ".Half", "new"));
        Directory.CreateSymbolicLink(Path.Combine(maildir, ".Half", "cur"), Path.Combine(outside, "cur"));
        using (var made = Process.Start("mkfifo", [Path.Combine(maildir, "cur", "3.c:2,")]))
            await made.WaitForExitAsync();
        Assert.Equal("mine", Assert.Single(await ReadAsync(maildir)).Text);
    }

    [Fact]
    public async Task A_mail_that_has_become_a_link_since_it_was_listed_is_not_read()
    {
        var maildir = Make("box");
        Write(maildir, "cur/1.a:2,", "mine");
        var file = Path.Combine(maildir, "cur", "1.a:2,");
        await using var source = new MaildirSource(maildir);
        await foreach (var mail in source.ReadAsync(default))
        {
            File.Delete(file);
            File.CreateSymbolicLink(file, "/etc/hostname");
            await Assert.ThrowsAsync<IOException>(async () => await mail.Open(default));
        }
    }

    [Fact]
    public void A_maildir_whose_parts_are_links_is_none()
    {
        var outside = Make("outside");
        Directory.CreateDirectory(Path.Combine(_place.FullName, "box", "new"));
        Directory.CreateSymbolicLink(Path.Combine(_place.FullName, "box", "cur"), Path.Combine(outside, "cur"));
        Assert.False(MaildirSource.IsAt(Path.Combine(_place.FullName, "box")));
        Assert.True(MaildirSource.IsAt(outside));
    }

    private static async Task<List<(string Text, string? Folder, MailFlags Flags)>> ReadAsync(string path)
    {
        var mails = new List<(string Text, string? Folder, MailFlags Flags)>();
        await using var source = new MaildirSource(path);
        await foreach (var mail in source.ReadAsync(default))
        {
            using var reader = new StreamReader((await mail.Open(default))!);
            mails.Add((await reader.ReadToEndAsync(), mail.Folder, mail.Flags));
        }

        return mails;
    }

    private static void Write(string maildir, string name, string text) => File.WriteAllText(Path.Combine(maildir, name), text);

    private string Make(string name)
    {
        var path = Path.Combine(_place.FullName, name);
        foreach (var part in (string[])["cur", "new", "tmp"])
            Directory.CreateDirectory(Path.Combine(path, part));
        return path;
    }
}
