using Amazon.S3.Model;

namespace MailStore.S3.Delivery;

/// <summary>An upload whose parts are all there.</summary>
internal sealed record Parts(string Id, IReadOnlyList<PartETag> Tags);
