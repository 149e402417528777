namespace MailStore.Sdk.Tests.Conformance;

public sealed class ShelfOptions
{
    [UserSetting]
    public ByteSize? Quota { get; set; }
}
