using MailStore.Host.Modules;

namespace MailStore.Host.Tests.Modules;

/// <summary>A test that gives files to other users, which root alone can do.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute()
    {
        if (SystemCalls.EffectiveUserId != 0)
            Skip = "gives files to other users; run it as root";
    }
}
