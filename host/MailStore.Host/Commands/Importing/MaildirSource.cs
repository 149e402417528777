using System.Runtime.CompilerServices;
using MailStore.Host.Admin;
using MailStore.Host.Modules;
using MailStore.Sdk;

namespace MailStore.Host.Commands.Importing;

/// <summary>
/// A Maildir (https://cr.yp.to/proto/maildir.html) with the folders of Maildir++, as Dovecot, Courier and others leave it. Files that are no mails, quotas among them, are left alone; so is what a
/// symbolic link leads to: who imports may read more than the one whose Maildir it is.
/// </summary>
internal sealed class MaildirSource(string path) : IMailSource
{
    private static readonly string[] Parts = ["cur", "new"];

    /// <summary>Whether there is one.</summary>
    public static bool IsAt(string path) => Parts.All(part => new DirectoryInfo(Path.Combine(path, part)) is { Exists: true, LinkTarget: null });

    public async IAsyncEnumerable<SourceMail> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        foreach (var (directory, folder) in Folders())
        {
            foreach (var (file, flags) in Files(directory))
            {
                cancellationToken.ThrowIfCancellationRequested();
                yield return new SourceMail(file.FullName, folder, flags, file.LastWriteTimeUtc, _ => new ValueTask<Stream?>(Open(file)));
            }
        }
    }

    public ValueTask DisposeAsync() => default;

    private IEnumerable<(string Directory, string? Folder)> Folders() => Directory.EnumerateDirectories(path, ".*")
        .Where(directory => new DirectoryInfo(directory).LinkTarget is null && IsAt(directory) && Path.GetFileName(directory).TrimStart('.').Length > 0)
        .Select(directory => (directory, (string?)ModifiedUtf7.Decode(Path.GetFileName(directory)[1..])))
        .OrderBy(folder => folder.Item2, StringComparer.Ordinal)
        .Prepend((path, null));

    /// <summary>As they arrived: a Maildir tells it by the times of its files, and programs tell the rest by their names.</summary>
    private static IEnumerable<(FileInfo File, MailFlags Flags)> Files(string directory) => Parts
        .SelectMany(part => new DirectoryInfo(Path.Combine(directory, part)).EnumerateFiles().Select(file => (file, FlagsOf(file.Name))))
        .Where(found => !found.file.Name.StartsWith('.') && IsRegular(found.file))
        .OrderBy(found => found.file.LastWriteTimeUtc).ThenBy(found => found.file.Name, StringComparer.Ordinal);

    private static bool IsRegular(FileInfo file)
    {
        try
        {
            return SystemCalls.Status(file.FullName, follow: false).IsFile;
        }
        catch (IOException)
        {
            // gone, which is told when it is opened
            return true;
        }
    }

    private static FileStream Open(FileInfo file)
    {
        try
        {
            return new FileStream(SystemCalls.OpenRegularFile(file.FullName), FileAccess.Read);
        }
        catch (FileNotFoundException)
        {
            throw new AdminException(ExitCode.TemporaryFailure, $"{file.FullName} is gone: a program has it open and marks mails; end it and import again, which adds what is missing");
        }
    }

    // also in 'new': Dovecot marks mails there
    private static MailFlags FlagsOf(string name)
    {
        var at = name.LastIndexOf(":2,", StringComparison.Ordinal);
        var flags = MailFlags.None;
        foreach (var letter in at < 0 ? "" : name[(at + 3)..])
        {
            flags |= letter switch
            {
                'D' => MailFlags.Draft,
                'F' => MailFlags.Flagged,
                'P' => MailFlags.Passed,
                'R' => MailFlags.Answered,
                'S' => MailFlags.Seen,
                'T' => MailFlags.Deleted,
                _ => MailFlags.None, // keywords of Dovecot's, and sizes of others'
            };
        }

        return flags;
    }
}
