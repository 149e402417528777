using MailStore.Sdk;

namespace MailStore.Host.Tests.Delivery;

/// <summary>The options of a <see cref="FakeAgent"/>.</summary>
internal sealed class FakeOptions
{
    [UserSetting(AtAllocation = true)]
    public string Path { get; set; } = "default";

    [UserSetting]
    public ByteSize? Quota { get; set; }

    [UserSetting]
    public int Level { get; set; } = 1;

    [UserSetting]
    public List<string> Folders { get; set; } = ["Junk"];

    public FakeRetry Retry { get; set; } = new();

    /// <summary>The administrator's alone.</summary>
    public bool Secret { get; set; }
}

internal sealed class FakeRetry
{
    [UserSetting]
    public int Count { get; set; } = 3;
}
