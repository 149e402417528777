using System.Globalization;
using System.Security.Cryptography;
using MailStore.Mbox.Format;
using MailStore.Sdk;

namespace MailStore.Mbox.Reading;

/// <summary>A mail in a file.</summary>
/// <param name="Head">Its first lines.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Name">By which it is known; two copies that a mail program made have the same.</param>
/// <param name="Size">As it is read back.</param>
/// <param name="Flags">What its reader has done with it.</param>
internal sealed record MailEntry(MailHead Head, long End, string Name, long Size, MailFlags Flags)
{
    private const int HashDigits = 32;

    public static MailEntry Read(FileWindow file, MailHead head, long length)
    {
        var end = MailFinder.EndOf(file, head, length);
        // untouched: nothing in it need be looked at
        if (head.ExpectedEnd == end)
            return new MailEntry(head, end, head.Marker!.Id, head.Marker.Size, head.Flags);
        var part = MailPart.Of(file, head, end);
        return new MailEntry(head, end, NameOf(file, head, end), part.Size, head.Flags | FlagField.Parse(part.Fields));
    }

    /// <summary>The name: of another program's mail a hash of its <c>From </c> line and header, which stays when flags are written into it.</summary>
    public static string NameOf(FileWindow file, MailHead head, long end)
    {
        if (head.Marker is { } marker)
            return marker.Id;
        using var header = new HeaderHash();
        header.Add(string.Create(CultureInfo.InvariantCulture, $"{head.Date:yyyyMMddHHmmss}\n"));
        MailPart.Copy(file, head.Content, Math.Min(end, head.Content + HeaderHash.MaxLength), new MailText(isQuoting: false, null, header));
        return "h" + header.ToText(HashDigits);
    }

    private sealed class HeaderHash : IByteSink, IDisposable
    {
        public const int MaxLength = 32 * 1024;

        private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        private bool _isOver;
        private byte _last = (byte)'\n';

        public void Add(string text) => _hash.AppendData(System.Text.Encoding.ASCII.GetBytes(text));

        public void Write(ReadOnlySpan<byte> bytes)
        {
            if (_isOver || bytes.IsEmpty)
                return;
            var end = _last == (byte)'\n' && bytes[0] == (byte)'\n' ? 0 : bytes.IndexOf("\n\n"u8);
            _isOver = end >= 0;
            _last = bytes[^1];
            _hash.AppendData(end < 0 ? bytes : bytes[..end]);
        }

        public string ToText(int digits) => Convert.ToHexStringLower(_hash.GetHashAndReset())[..digits];

        public void Dispose() => _hash.Dispose();
    }
}
