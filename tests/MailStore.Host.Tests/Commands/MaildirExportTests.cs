using System.Text;
using CsCheck;
using MailStore.Host.Admin;
using MailStore.Host.Commands;
using MailStore.Host.Tests.Configuration;

namespace MailStore.Host.Tests.Commands;

public sealed class MaildirExportTests : IDisposable
{
    private static readonly DateTimeOffset Arrival = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly ConfigFolder _folder = new();
    private int _exports;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", "new", "")]
    [InlineData("seen", "cur", ":2,S")]
    [InlineData("deleted, seen, answered, passed, flagged, draft", "cur", ":2,DFPRST")]
    [InlineData("seen, flagged", "cur", ":2,FS")]
    public async Task Who_was_not_touched_is_new_and_flags_are_letters_in_their_order(string flags, string part, string letters)
    {
        var root = await ExportAsync((flags, null));
        var file = Assert.Single(Files(root));
        Assert.StartsWith($"{part}/{Arrival.ToUnixTimeSeconds()}.", file, StringComparison.Ordinal);
        Assert.EndsWith(",S=4" + letters, file, StringComparison.Ordinal);
        Assert.Equal("mail", await File.ReadAllTextAsync(Path.Combine(root, file)));
        Assert.Equal(Arrival.UtcDateTime, File.GetLastWriteTimeUtc(Path.Combine(root, file)));
    }

    [Fact]
    public async Task Mails_of_one_second_keep_their_order_and_their_names_differ()
    {
        var root = await ExportAsync([.. Enumerable.Repeat(("", (string?)null), 12)]);
        Assert.Equal(12, Files(root).Distinct().Count());
        Assert.Equal(Enumerable.Range(1, 12).Select(i => $"{i:D8}"), Files(root).Select(file => file.Split('.')[1]));
    }

    [Fact]
    public async Task Folders_are_those_of_Maildir_plus_plus()
    {
        var root = await ExportAsync(("", null), ("", "Lists"), ("seen", "Lists.Work"), ("", "Lists"));
        Assert.Equal([".Lists", ".Lists.Work", "cur", "new", "tmp"], Names(Directory.GetDirectories(root)));
        foreach (var folder in new[] { ".Lists", ".Lists.Work" })
        {
            Assert.Equal(["cur", "new", "tmp"], Names(Directory.GetDirectories(Path.Combine(root, folder))));
            Assert.True(File.Exists(Path.Combine(root, folder, "maildirfolder")));
        }

        Assert.False(File.Exists(Path.Combine(root, "maildirfolder")));
        Assert.Equal([1, 2, 1], new[] { "new", ".Lists/new", ".Lists.Work/cur" }.Select(part => Directory.GetFiles(Path.Combine(root, part)).Length));
    }

    [Fact]
    public async Task An_empty_mailbox_is_an_empty_Maildir()
    {
        var root = await ExportAsync();
        Assert.Equal(["cur", "new", "tmp"], Names(Directory.GetFileSystemEntries(root)));
    }

    [Fact]
    public async Task It_is_its_owners_alone()
    {
        var root = await ExportAsync(("", "Lists"));
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.All(Files(root), file => Assert.Equal(owner, File.GetUnixFileMode(Path.Combine(root, file))));
        Assert.All(Directory.GetDirectories(root, "*", SearchOption.AllDirectories).Append(root), folder => Assert.Equal(owner | UnixFileMode.UserExecute, File.GetUnixFileMode(folder)));
    }

    [Fact]
    public async Task Until_it_is_complete_nothing_has_its_name_and_given_up_it_leaves_nothing()
    {
        var parent = Directory.CreateDirectory(_folder.At("given-up")).FullName;
        using (var export = new MaildirExport(Path.Combine(parent, "export")))
        {
            await export.AddAsync(new StoredMailView("id", 4, Arrival, "", "Lists"), target => target.WriteAsync("mail"u8.ToArray()).AsTask(), default);
            await Assert.ThrowsAsync<IOException>(() => export.AddAsync(new StoredMailView("id", 4, Arrival, "", "Lists"), Break, default));
            Assert.EndsWith(".part", Assert.Single(Directory.GetFileSystemEntries(parent)), StringComparison.Ordinal);
            Assert.Single(Files(parent));
        }

        Assert.Empty(Directory.GetFileSystemEntries(parent));

        static async Task Break(Stream target)
        {
            await target.WriteAsync("ma"u8.ToArray());
            throw new IOException("it breaks off");
        }
    }

    /// <summary>Names of folders come from a module, and to it perhaps from a stranger.</summary>
    [Fact]
    public async Task No_name_of_a_folder_leads_out_of_the_root_or_makes_a_folder_of_the_root()
    {
        var name = Gen.OneOf(Gen.OneOfConst("..", ".", "/", "../", "/..", "\0", "cur", "new", "tmp", "\\", "\n", "~", "é"), Gen.Char['a', 'z'].Select(c => c.ToString()))
            .Array[0, 8].Select(string.Concat);
        await name.Array[1, 4].SampleAsync(
            async names =>
            {
                var root = await ExportAsync([.. names.Select(folder => ("", (string?)folder))]);
                Assert.Equal([Path.GetFileName(root)], Names(Directory.GetFileSystemEntries(Path.GetDirectoryName(root)!)));
                Assert.Equal(names.Length, Files(root).Count);
                Assert.All(Directory.GetFileSystemEntries(root), entry => Assert.True(Path.GetFileName(entry) is ['.', _, ..] or "cur" or "new" or "tmp", entry));
                Assert.False(File.Exists(Path.Combine(root, "maildirfolder")));
            },
            iter: Long.Times(150), threads: 1);
    }

    private async Task<string> ExportAsync(params (string Flags, string? Folder)[] mails)
    {
        // the only thing in its parent, so that whatever leads out is seen
        var root = Path.Combine(Directory.CreateDirectory(_folder.At($"{Interlocked.Increment(ref _exports)}")).FullName, "export");
        using var export = new MaildirExport(root);
        foreach (var (flags, folder) in mails)
            await export.AddAsync(new StoredMailView("../../id", 4, Arrival, flags, folder), target => target.WriteAsync(Encoding.ASCII.GetBytes("mail")).AsTask(), default);
        export.Complete();
        return root;
    }

    private static List<string> Files(string root) =>
        [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "maildirfolder").Select(file => Path.GetRelativePath(root, file)).Order(StringComparer.Ordinal)];

    private static IEnumerable<string?> Names(string[] paths) => paths.Select(Path.GetFileName).Order(StringComparer.Ordinal);
}
