using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MailStore.EndToEnd.Tests.PowerCuts;

/// <summary>A mail that can be made again from its id, and told from any other by what is stored of it.</summary>
internal static class TestMail
{
    private static readonly string[] Oddities = ["From here on it is quoted", ">From there, too", ".a dot", "..", ""];

    /// <summary>Makes it, lines ended by LF.</summary>
    /// <param name="id">One that no other mail has.</param>
    /// <param name="size">About so many bytes.</param>
    public static byte[] Make(string id, int size)
    {
        var text = new StringBuilder(size + 512);
        // by its queue id an MTA knows it again, and so does the server
        text.Append(CultureInfo.InvariantCulture, $"Received: from client.example.net (client.example.net [192.0.2.7])\n\tby mx.example.net (Postfix) with ESMTP id {id}\n\tfor <x>; Tue, 24 Nov 2026 03:00:00 +0000 (UTC)\n");
        text.Append(CultureInfo.InvariantCulture, $"Message-ID: <{id}>\nSubject: mail {id}\n\n");
        var seed = BitConverter.ToInt32(SHA256.HashData(Encoding.ASCII.GetBytes(id)));
        for (var line = 0; text.Length < size; line++)
            text.Append(line % 7 == 3 ? Oddities[line % Oddities.Length] : string.Create(CultureInfo.InvariantCulture, $"{line:x8} {(uint)(seed = unchecked((seed * 1664525) + 1013904223)):x8} {new string('x', 50)}")).Append('\n');
        return Encoding.ASCII.GetBytes(text.Append(CultureInfo.InvariantCulture, $"the end of {id}\n").ToString());
    }

    /// <summary>Which mail this is, by what is left of it; null where nothing tells.</summary>
    public static string? FindId(ReadOnlySpan<byte> stored)
    {
        var start = stored.IndexOf("Message-ID: <"u8);
        if (start < 0)
            return null;
        var rest = stored[(start + "Message-ID: <".Length)..];
        var end = rest.IndexOf((byte)'>');
        return end < 0 ? null : Encoding.ASCII.GetString(rest[..end]);
    }

    /// <summary>Whether all of the mail is there to the byte, behind headers that whoever stored it put before it.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> stored, SentMail mail)
    {
        if (stored.Length < mail.Length)
            return false;
        var head = stored[..^mail.Length];
        return Hash(stored[^mail.Length..]) == mail.Hash && (head.IsEmpty || head[^1] == '\n') && !head.Contains((byte)0);
    }

    public static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexString(SHA256.HashData(bytes));
}
