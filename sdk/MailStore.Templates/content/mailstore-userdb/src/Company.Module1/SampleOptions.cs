using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Company.Module1;

/// <summary>The options of <c>[userdb.sample-module]</c>; the keys are the names in snake_case.</summary>
public sealed class SampleOptions
{
    [Required]
    [Description("The directory of the records. A relative one lies in data_dir and is made at the start; an absolute one must be there.")]
    public string Path { get; set; } = "sample-module";
}
