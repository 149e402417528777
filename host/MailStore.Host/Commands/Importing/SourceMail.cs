using MailStore.Sdk;

namespace MailStore.Host.Commands.Importing;

/// <summary>A mail of another place.</summary>
/// <param name="Place">Where it is, for messages.</param>
/// <param name="Open">Opens it; lines may end in LF or CR LF. Null if somebody has removed it since.</param>
internal sealed record SourceMail(string Place, string? Folder, MailFlags Flags, DateTimeOffset Arrival, Func<CancellationToken, ValueTask<Stream?>> Open);
