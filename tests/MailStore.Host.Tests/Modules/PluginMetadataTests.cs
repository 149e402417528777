using MailStore.Host.Configuration;
using MailStore.Host.Modules;
using MailStore.Sdk;

[assembly: MailStoreModule("direct", typeof(MailStore.Host.Tests.Modules.PluginMetadataTests.Direct))]
[assembly: MailStoreModule("inherited", typeof(MailStore.Host.Tests.Modules.PluginMetadataTests.Inherited))]
[assembly: MailStoreModule("by-interface", typeof(MailStore.Host.Tests.Modules.PluginMetadataTests.ByInterface))]
[assembly: MailStoreModule("nothing", typeof(MailStore.Host.Tests.Modules.PluginMetadataTests.Nothing))]
[assembly: MailStoreModule("both", typeof(MailStore.Host.Tests.Modules.PluginMetadataTests.Both))]
[assembly: MailStoreModule("elsewhere", typeof(string))]

namespace MailStore.Host.Tests.Modules;

/// <summary>The metadata of this very assembly is what is read.</summary>
public sealed class PluginMetadataTests
{
    private static readonly PluginMetadata Metadata = PluginMetadata.TryRead(typeof(PluginMetadataTests).Assembly.Location, out _)!;

    [Theory]
    [InlineData("direct", ModuleKind.Creator)]
    [InlineData("inherited", ModuleKind.Creator)]
    [InlineData("by-interface", ModuleKind.Creator)]
    [InlineData("nothing")]
    [InlineData("both", ModuleKind.Creator, ModuleKind.Mda)]
    internal void The_kind_follows_from_the_contract_however_it_is_implemented(string name, params ModuleKind[] kinds)
    {
        var found = Assert.Single(Metadata.Announcements, announcement => announcement.Name == name);
        Assert.True(found.TypeFound);
        Assert.Equal(kinds.Order(), found.Contracts.Order());
        Assert.Equal(typeof(PluginMetadataTests), Type.GetType(found.TypeName!)!.DeclaringType);
    }

    [Fact]
    public void A_class_of_another_assembly_is_not_found() =>
        Assert.False(Assert.Single(Metadata.Announcements, announcement => announcement.Name == "elsewhere").TypeFound);

    internal interface IOwn<T> : ICreator
    {
        T? Own { get; }
    }

    internal class Direct : ICreator
    {
        public ValueTask<UserRecord?> CreateAsync(UserRecord user, IAllocator allocator, IUserDatabase users, CancellationToken cancellationToken) => new(user);
    }

    internal class Generic<T> : Direct
    {
        public T? Value { get; set; }
    }

    internal sealed class Inherited : Generic<int>;

    internal sealed class ByInterface : IOwn<int>
    {
        public int Own => 0;

        public ValueTask<UserRecord?> CreateAsync(UserRecord user, IAllocator allocator, IUserDatabase users, CancellationToken cancellationToken) => new(user);
    }

    internal sealed class Nothing : IDisposable
    {
        public void Dispose()
        {
        }
    }

    internal sealed class Both : Generic<string>, IMailDeliveryAgent
    {
        public ParseResult Parse(EffectiveUser user) => new ParseResult.Incomplete("all");

        public ValueTask<Allocation> AllocateAsync(EffectiveUser user, AllocationContext context, CancellationToken cancellationToken) => new(context.Complete(1, []));

        public ValueTask ReleaseAsync(UserRecord? current, Allocation lost, CancellationToken cancellationToken) => default;
    }
}
