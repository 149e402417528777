namespace MailStore.Plugins.Tests;

/// <summary>Tests that look at what the whole process does, and run beside no others.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneCollection
{
    public const string Name = "alone";
}
