using System.Buffers.Binary;

namespace MailStore.Host.Delivery;

/// <summary>Makes the ids of mails and deliveries: 18 letters and digits that sort by time; unique across hosts by 40 random bits a millisecond.</summary>
internal static class TransactionId
{
    // Crockford's base 32: no letter that is taken for a digit when it is read out at three in the morning
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    public static string New(DateTimeOffset now)
    {
        Span<byte> random = stackalloc byte[8];
        // no secret; each process begins at another place
        Random.Shared.NextBytes(random[3..]);
        return string.Create(18, (now.ToUnixTimeMilliseconds(), BinaryPrimitives.ReadInt64BigEndian(random)), static (text, parts) =>
        {
            var (time, noise) = parts;
            for (var i = 9; i >= 0; i--, time >>= 5)
                text[i] = Alphabet[(int)(time & 31)];
            for (var i = 17; i >= 10; i--, noise >>= 5)
                text[i] = Alphabet[(int)(noise & 31)];
        });
    }

    /// <summary>The id of the delivery to one of its recipients.</summary>
    /// <param name="index">From 0, in the order of RCPT.</param>
    public static string ForRecipient(string transaction, int index) => $"{transaction}r{index + 1}";
}
