namespace MailStore.Host.Verification;

/// <summary>What one case of the kit came to.</summary>
/// <param name="Message">What was seen, or why there was nothing to see; empty when kept.</param>
internal sealed record CaseReport(string Name, string Requirement, CaseVerdict Verdict, string Message, TimeSpan Took);
