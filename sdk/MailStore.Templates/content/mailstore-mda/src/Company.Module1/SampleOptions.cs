using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using MailStore.Sdk;

namespace Company.Module1;

/// <summary>The options of <c>[mda.sample-module]</c>; the keys are the names in snake_case.</summary>
public sealed class SampleOptions
{
    [Required]
    [Description("The directory of all mail. A relative one lies in data_dir and is made at the start; an absolute one must be there.")]
    public string Path { get; set; } = "sample-module";

    [UserSetting] // a domain or a user's record may override it
    [Description("The largest mail that is taken, as 50M. Absent: no limit.")]
    public ByteSize? MaxSize { get; set; }
}
