namespace MailStore.Sdk.Conformance;

/// <summary>An allocation on a <see cref="PeerLine"/>.</summary>
internal sealed record PeerAllocation(string Id, string Mda, int Form, Dictionary<string, string> Values);
