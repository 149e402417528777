namespace MailStore.Sdk.Conformance;

/// <summary>The case checks an ability that the module does not claim, or that cannot be tried here. Becomes <see cref="ConformanceVerdict.NotOffered"/>.</summary>
internal sealed class NotOfferedException(string reason) : Exception(reason);
