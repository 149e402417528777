using MailStore.Sdk.Conformance;

namespace MailStore.Sdk.Tests.Conformance;

/// <summary>A module that breaks the contract, and the case that tells its author so.</summary>
/// <param name="Flaw">What it does.</param>
/// <param name="Module">The module.</param>
/// <param name="Case">The case that is to fail.</param>
/// <param name="Message">What its message says among others.</param>
/// <param name="Others">Other cases that must fail for the same flaw, by their names' beginnings; those not named here must not.</param>
internal sealed record BrokenModule(string Flaw, AgentUnderTest Module, string Case, string Message, params string[] Others)
{
    /// <summary>The flaw is such that hardly any case can go well.</summary>
    public const string Anything = "";

    public override string ToString() => Flaw;

    public bool Explains(string name) => name == Case || Others.Any(other => name.StartsWith(other, StringComparison.Ordinal));

    public static BrokenModule Agent(string flaw, Func<ModuleContext, IMailDeliveryAgent> create, string name, string message, params string[] others) =>
        new(flaw, AgentUnderTest.Of<ShelfOptions>((_, context) => create(context), (options, quota) => options.Quota = quota), name, message, others);

    public static BrokenModule Mailbox(string flaw, Func<string, long?, IMailbox> open, string name, string message, params string[] others) =>
        Agent(flaw, context => new ShelfOf(context, open), name, message, others);

    private sealed class ShelfOf(ModuleContext context, Func<string, long?, IMailbox> open) : ShelfAgent(context)
    {
        protected override IMailbox Open(string home, long? quota) => open(home, quota);
    }
}
