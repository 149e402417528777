using System.Text;
using MailStore.Maildir;
using MailStore.Sdk;

namespace MailStore.Plugins.Tests.Maildir.Journal;

/// <summary>A server with a journal that delivered one mail and ended suddenly; what a power cut does to its files, the test does by hand.</summary>
internal sealed class CrashedWorld : IAsyncDisposable
{
    public const string Folder = "Lists";

    public static readonly string Content = "Subject: hello\n\n" + string.Concat(Enumerable.Range(0, 500).Select(i => $"line {i}\n"));

    private readonly List<(string Path, byte[] Bytes, DateTime Modified)> _journal = [];

    private CrashedWorld(MaildirWorld world) => World = world;

    public MaildirWorld World { get; }

    public string Home => World.AliceHome;

    /// <summary>The mail, as it was delivered.</summary>
    public string Path { get; private set; } = "";

    public string Name => System.IO.Path.GetFileName(Path);

    public string JournalFolder => System.IO.Path.Combine(World.Data, "maildir/journal/maildir");

    public static DateTimeOffset Arrival { get; } = new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);

    /// <summary>All files of the Maildir that readers see.</summary>
    public IEnumerable<string> Mails => Directory.EnumerateFiles(Home, "*,S=*", SearchOption.AllDirectories).Where(file => Directory.GetParent(file)!.Name != "tmp");

    /// <summary>All that is kept aside.</summary>
    public string[] Aside => Directory.Exists($"{World.Data}/maildir/lost") ? Directory.GetFiles($"{World.Data}/maildir/lost", "*", SearchOption.AllDirectories) : [];

    public static async Task<CrashedWorld> MakeAsync(string? folder = null, ByteSize? quota = null)
    {
        var crashed = new CrashedWorld(new MaildirWorld { Options = new MaildirOptions { Durability = Durability.Journal } });
        var agent = await crashed.World.StartAsync();
        var mailbox = await crashed.World.MailboxAsync(agent, quota: quota);
        var result = await mailbox.DeliverAsync(MaildirWorld.Mail(Content, folder, arrival: Arrival), CancellationToken.None);
        Assert.Equal(DeliveryStatus.Stored, result.Status);
        agent.Dispose();
        crashed.Path = Assert.Single(crashed.Mails);
        crashed.Remember();
        return crashed;
    }

    /// <summary>As if the power had gone before the file system wrote down that the file of the mail was made.</summary>
    public void ForgetMark() => File.SetLastWriteTimeUtc(System.IO.Path.Combine(JournalFolder, "marker"), DateTime.UnixEpoch);

    /// <summary>The next start of the server.</summary>
    public Task<MaildirAgent> RestartAsync() => World.StartAsync();

    /// <summary>As if the power had gone once more, before that start emptied the journal.</summary>
    public void BringBackJournal()
    {
        foreach (var (path, bytes, modified) in _journal)
        {
            // over the same files: the marker is known by its inode
            using (var file = File.OpenWrite(path))
                file.Write(bytes);
            File.SetLastWriteTimeUtc(path, modified);
        }
    }

    /// <summary>That there is the mail, whole, once, and here.</summary>
    public void AssertWhole(string path)
    {
        Assert.Equal(path, Assert.Single(Mails));
        Assert.Equal("Return-Path: <bob@example.net>\n" + Content, Encoding.UTF8.GetString(File.ReadAllBytes(path)));
        Assert.Equal(Arrival.UtcDateTime, File.GetLastWriteTimeUtc(path));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
    }

    /// <summary>Does to a file what a power cut may do.</summary>
    /// <param name="how">empty, half, longer, zeros, or time.</param>
    public static void Tear(string path, string how)
    {
        var modified = File.GetLastWriteTimeUtc(path);
        using (var file = File.OpenWrite(path))
        {
            switch (how)
            {
                case "empty":
                    file.SetLength(0);
                    break;
                case "half":
                    file.SetLength(file.Length / 2);
                    break;
                case "longer":
                    file.SetLength(file.Length + 1);
                    break;
                case "zeros":
                    file.Position = file.Length - 100;
                    file.Write(new byte[100]);
                    break;
            }
        }

        File.SetLastWriteTimeUtc(path, how == "time" ? DateTime.UtcNow : modified);
    }

    public ValueTask DisposeAsync() => World.DisposeAsync();

    private void Remember() =>
        _journal.AddRange(Directory.GetFiles(JournalFolder).Select(file => (file, File.ReadAllBytes(file), File.GetLastWriteTimeUtc(file))));
}
