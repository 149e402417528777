using System.Text;
using MailStore.S3.Keys;
using MailStore.Sdk;

namespace MailStore.S3.Delivery;

/// <summary>
/// The withdrawals that are open, for the next start: a line each, with bucket, key and upload. It is there only while there are some. A power cut may bring the one before back: to
/// withdraw a delivery twice changes nothing.
/// </summary>
internal sealed class WithdrawalFile(string path)
{
    public string Path => path;

    /// <summary>The file of an instance of the module.</summary>
    public static WithdrawalFile Of(ModuleContext context) => new(System.IO.Path.Combine(context.DataDirectory, $"{KeyEscape.Segment(context.Instance)}.withdrawals"));

    public IReadOnlyList<Withdrawal> Read() => File.Exists(path) ? [.. File.ReadLines(path).Select(Parse).OfType<Withdrawal>()] : [];

    /// <summary>Writes all anew, under another name first: it is whole at any moment.</summary>
    public void Write(IReadOnlyCollection<Withdrawal> open)
    {
        if (open.Count == 0)
        {
            File.Delete(path);
            return;
        }

        var draft = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite };
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
