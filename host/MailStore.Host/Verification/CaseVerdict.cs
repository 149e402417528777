namespace MailStore.Host.Verification;

/// <summary>See <see cref="CaseReport"/>.</summary>
internal enum CaseVerdict
{
    Kept,
    NotOffered,
    Broken,
}
