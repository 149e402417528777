using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Configuration;

/// <summary>Options of a module with every type that there may be.</summary>
internal sealed class SampleOptions
{
    [Description("where mail goes")]
    [UserSetting]
    public string Path { get; set; } = "mail/{domain}/{local}";

    [UserSetting]
    public ByteSize? Quota { get; set; }

    [UserSetting]
    [Range(1, 100)]
    public int Level { get; set; } = 5;

    [UserSetting]
    public List<string> Folders { get; set; } = ["Junk", "Sent"];

    [UserSetting]
    public TimeSpan Wait { get; set; } = TimeSpan.FromSeconds(10);

    public bool Flag { get; set; } = true;

    public long Large { get; set; } = long.MaxValue;

    public byte Small { get; set; }

    public double Ratio { get; set; } = 0.5;

    public decimal Price { get; set; } = 1.25m;

    [Range(typeof(ByteSize), "1K", "1G")]
    public ByteSize Buffer { get; set; } = ByteSize.Parse("64K");

    public SampleMode Mode { get; set; } = SampleMode.ReadOnly;

    public SampleMode? Other { get; set; }

    public int[] Ports { get; set; } = [1, 2];

    public IReadOnlyList<TimeSpan> Delays { get; set; } = [TimeSpan.FromMilliseconds(250)];

    public string? Comment { get; set; }

    [Description("how often it is tried again")]
    public SampleRetry Retry { get; set; } = new();

    public SampleRetry? Spare { get; set; }

    public string Computed => Path + Level;
}

internal sealed class SampleRetry
{
    [UserSetting]
    [Range(0, 10)]
    public int Count { get; set; } = 3;

    public TimeSpan Pause { get; set; } = TimeSpan.FromSeconds(1);
}

internal enum SampleMode
{
    ReadOnly,
    ReadWrite,
}
