using System.Diagnostics.CodeAnalysis;

namespace MailStore.Sdk.Tests.Conformance;

/// <summary>
/// A small storage format that keeps the contract (but for power cuts: it syncs nothing): a directory for each allocation, a file for each mail. The modules that
/// break the contract derive from it, and do one thing differently.
/// </summary>
internal class ShelfAgent(ModuleContext context) : IMailDeliveryAgent
{
    private const int Form = 1;

    public virtual ParseResult Parse(EffectiveUser user)
    {
        if (user.Allocation is not { } allocation)
            return new ParseResult.Incomplete(Allocation.Home);
        return allocation.Form == Form && allocation.Values.TryGetValue(Allocation.Home, out var home) && IsOurs(home)
            ? new ParseResult.Ready(Open(home, user.GetOptions<ShelfOptions>().Quota?.Bytes))
            : new ParseResult.Invalid($"the allocation of '{user.Name}' is none that this version of the module has made");
    }

    public virtual ValueTask<Allocation> AllocateAsync(EffectiveUser user, AllocationContext attempt, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var home = Path.Combine(Root, HomeName(user, attempt));
        Directory.CreateDirectory(home);
        return new(attempt.Complete(Form, [new(Allocation.Home, home)]));
    }

    public virtual ValueTask ReleaseAsync(UserRecord? current, Allocation lost, CancellationToken cancellationToken)
    {
        var home = lost.Values[Allocation.Home];
        if (current?.Allocation?.Values.GetValueOrDefault(Allocation.Home) == home || !Directory.Exists(home))
            return default;
        try
        {
            Directory.Delete(home);
        }
        catch (IOException)
        {
            // holds mail
        }

        return default;
    }

    protected string Root { get; } = Path.Combine(context.DataDirectory, "shelf");

    protected virtual string HomeName(EffectiveUser user, AllocationContext attempt) => attempt.AllocationId;

    [SuppressMessage("Performance", "CA1859", Justification = "what derives opens other mailboxes")]
    protected virtual IMailbox Open(string home, long? quota) => new ShelfMailbox(home, quota);

    protected virtual bool IsOurs(string home) => Path.IsPathFullyQualified(home) && !home.Contains('\0') && Path.GetFullPath(home) == home && home.StartsWith(Root + "/", StringComparison.Ordinal);
}
