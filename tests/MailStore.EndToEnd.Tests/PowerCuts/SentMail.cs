namespace MailStore.EndToEnd.Tests.PowerCuts;

/// <summary>One mail to one user, as it is noted before it is sent.</summary>
/// <param name="Id">Of the mail: its recipients share it.</param>
/// <param name="User">Who is to get it.</param>
/// <param name="Size">What <see cref="TestMail.Make"/> makes it from.</param>
/// <param name="Length">In bytes, lines ended by LF.</param>
/// <param name="Hash">Of these bytes.</param>
internal sealed record SentMail(string Id, string User, int Size, int Length, string Hash)
{
    private int _copies = 1;

    /// <summary>Whether the client was told 250.</summary>
    public bool IsAcknowledged { get; set; }

    /// <summary>Whether it was found to be wrong, and counted.</summary>
    public bool IsCounted { get; set; }

    /// <summary>How often it may be there: once, and once more for each time that it was stored after a power cut that took the memory of the first.</summary>
    public int Copies => Volatile.Read(ref _copies);

    public void AllowCopy() => Interlocked.Increment(ref _copies);
}
