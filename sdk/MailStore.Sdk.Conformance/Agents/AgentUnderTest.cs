namespace MailStore.Sdk.Conformance;

/// <summary>How the kit gets at a storage format.</summary>
/// <example>
/// <code>
/// private static readonly AgentUnderTest Module = AgentUnderTest.Of&lt;FooOptions&gt;((options, context) => new FooAgent(options, context));
///
/// public static TheoryData&lt;string&gt; Cases => [.. ConformanceKit.Agents.Names];
///
/// [Theory, MemberData(nameof(Cases))]
/// public Task Keeps_the_contract(string name) => ConformanceKit.Agents.RunAsync(name, Module);
/// </code>
/// </example>
public abstract class AgentUnderTest : ModuleUnderTest<IMailDeliveryAgent>
{
    /// <summary>The setting of a user's record by which the kit limits his mailbox: the most that the sizes of his mails (<see cref="Mail.Size"/>) may come to.</summary>
    public const string Quota = "quota";

    /// <summary>Whether <see cref="Bind"/> understands the setting <see cref="Quota"/>, a <see cref="ByteSize"/>.</summary>
    public virtual bool HasQuota => false;

    /// <summary>Whether several hosts may have the storage open at once. False for an embedded database, which belongs to one process (<see cref="ISingleHostAgent"/>): cases with two hosts are then not tried.</summary>
    public virtual bool IsShared => true;

    /// <summary>The user database that has the records and the sequences while the kit runs. Null: the kit plays it, which is quick.</summary>
    public virtual UserDatabaseUnderTest? Users => null;

    /// <summary>Merges the module's options with the settings of a record, as a host does before it asks <see cref="IMailDeliveryAgent.Parse"/>.</summary>
    /// <param name="user">The raw record; its settings are empty, or hold <see cref="Quota"/>.</param>
    public abstract EffectiveUser Bind(UserRecord user);

    /// <summary>A module whose constructor is called directly.</summary>
    /// <typeparam name="TOptions">The options class; with its defaults the module serves at any place.</typeparam>
    /// <param name="create">Constructs the module.</param>
    /// <param name="limit">Puts a quota into the options of one user; null if the format has none.</param>
    /// <param name="isShared">See <see cref="IsShared"/>.</param>
    public static AgentUnderTest Of<TOptions>(
        Func<TOptions, ModuleContext, IMailDeliveryAgent> create, Action<TOptions, ByteSize>? limit = null, bool isShared = true)
        where TOptions : class, new() => new Constructed<TOptions>(create, limit, isShared);

    private sealed class Constructed<TOptions>(
        Func<TOptions, ModuleContext, IMailDeliveryAgent> create, Action<TOptions, ByteSize>? limit, bool isShared) : AgentUnderTest
        where TOptions : class, new()
    {
        public override bool HasQuota => limit is not null;

        public override bool IsShared => isShared;

        public override ValueTask<OpenedModule<IMailDeliveryAgent>> OpenAsync(ModuleContext context, CancellationToken cancellationToken) =>
            new(new OpenedModule<IMailDeliveryAgent>(create(new TOptions(), context)));

        public override EffectiveUser Bind(UserRecord user)
        {
            var options = new TOptions();
            if (limit is not null && user.Settings.TryGetValue(Quota, out var text) && ByteSize.TryParse(text, null, out var size))
                limit(options, size);
            return new EffectiveUser(user, options);
        }
    }
}
