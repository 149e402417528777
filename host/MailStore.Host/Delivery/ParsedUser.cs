using MailStore.Host.Modules;
using MailStore.Sdk;

namespace MailStore.Host.Delivery;

/// <summary>A record, the MDA that is responsible for it, and what that one says of it.</summary>
/// <param name="Mda">Null when the record names an MDA that is not configured; then <paramref name="Result"/> says so.</param>
/// <param name="Effective">Null when the settings could not be bound; then <paramref name="Result"/> says why.</param>
internal sealed record ParsedUser(UserRecord Record, MdaInstance? Mda, EffectiveUser? Effective, ParseResult Result);
