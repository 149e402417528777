using System.Diagnostics;
using System.Text;
using MailStore.S3.Keys;
using MailStore.Sdk;

namespace MailStore.S3.Delivery;

/// <summary>
/// The withdrawals that are open, for the next start: a line each, with bucket, key and upload. It is there only while there are some. A power cut may bring the one before back: to
/// withdraw a delivery twice changes nothing. Several processes may share it, as where no server runs and each mail has a <c>mailstore deliver</c> of its own.
/// </summary>
internal sealed class WithdrawalFile(string path)
{
    private const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public string Path => path;

    /// <summary>The file of an instance of the module.</summary>
    public static WithdrawalFile Of(ModuleContext context) => new(System.IO.Path.Combine(context.DataDirectory, $"{KeyEscape.Segment(context.Instance)}.withdrawals"));

    public IReadOnlyList<Withdrawal> Read() => File.Exists(path) ? [.. File.ReadLines(path).Select(Parse).OfType<Withdrawal>()] : [];

    /// <summary>Adds and takes away; what others have written stays.</summary>
    /// <exception cref="IOException">It cannot be written, or another process does not let go of it.</exception>
    public async Task ChangeAsync(IReadOnlyCollection<Withdrawal> added, IReadOnlyCollection<Withdrawal> ended)
    {
        await using var turn = await TakeTurnAsync();
        var open = Read().Except(ended).Union(added).ToList();
        if (open.Count == 0)
            File.Delete(path);
        else
            Write(open);
    }

    private async Task<FileStream> TakeTurnAsync()
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = Mode };
        for (var began = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                return new FileStream(path + ".lock", options);
            }
            catch (IOException) when (Stopwatch.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(Pause);
            }
        }
    }

    // all anew, under another name first: it is whole at any moment
    private void Write(IReadOnlyCollection<Withdrawal> open)
    {
        var draft = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = Mode };
        using (var file = new FileStream(draft, options))
        {
            file.Write(Encoding.UTF8.GetBytes(string.Concat(open.Select(Format))));
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
    }

    // the server chose the id of the upload
    private static string Format(Withdrawal withdrawal) => $"{withdrawal.Bucket} {withdrawal.Key} {Uri.EscapeDataString(withdrawal.UploadId ?? "")}\n";

    private static Withdrawal? Parse(string line) =>
        line.Split(' ') is [var bucket, var key, var upload] ? new Withdrawal(bucket, key, upload.Length == 0 ? null : Uri.UnescapeDataString(upload)) : null;
}
