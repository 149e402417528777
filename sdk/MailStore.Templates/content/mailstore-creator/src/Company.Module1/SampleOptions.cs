using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace Company.Module1;

/// <summary>The options of <c>[creator.sample-module]</c>; the keys are the names in snake_case.</summary>
public sealed class SampleOptions
{
    [Range(1, 100)]
    [Description("How often a user is allocated whose record changes meanwhile, before his mail has to wait for the next try.")]
    public int MaxAttempts { get; set; } = 8;

    [Description("How long it may take to find out what became of a write whose outcome is unknown.")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(10);
}
