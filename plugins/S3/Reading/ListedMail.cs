using MailStore.S3.Keys;
using MailStore.Sdk;

namespace MailStore.S3.Reading;

/// <summary>A mail of a listing.</summary>
internal sealed record ListedMail(MailKey Key, MailFlags Flags);
