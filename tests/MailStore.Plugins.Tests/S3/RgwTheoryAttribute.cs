using MailStore.Tests;

namespace MailStore.Plugins.Tests.S3;

/// <summary>As <see cref="RgwFactAttribute"/>, for theories.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RgwTheoryAttribute : TheoryAttribute
{
    public RgwTheoryAttribute()
    {
        if (CephRgw.Missing is { } missing)
            Skip = $"needs {missing}";
    }
}
