using MailStore.Host.Configuration;
using MailStore.Host.Delivery;
using MailStore.Host.Modules;
using MailStore.Sdk;

namespace MailStore.Host.Admin.Moving;

/// <summary>Waits after a switch until no delivery can come to the old place any more: those of this host are known, those of others are bounded in time.</summary>
internal sealed class MoveDrain(HostOptions options, ModuleSet modules, DeliveriesUnderWay underWay, TimeProvider clock)
{
    /// <summary>What <see cref="ISharedUserDatabase"/> promises: for so long after a write another host may still read the old record.</summary>
    private static readonly TimeSpan OldRecords = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Leeway = TimeSpan.FromSeconds(1);

    /// <summary>More than a module is granted beyond its deadline.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(6);

    /// <summary>Arrivals are told by the clocks of all hosts, and a mail arrives before it is stored: who looks at mails by their arrival looks so much further back.</summary>
    public TimeSpan Margin => TimeSpan.FromMinutes(15) + 3 * options.Modules.CallTimeout;

    /// <summary>The longest that another host may take with a record that it has read before the switch; its <c>call_timeout</c> is not known here.</summary>
    public TimeSpan OfOthers => modules.Users is ISharedUserDatabase
        ? OldRecords + DeliveryService.RecordsAreGoodFor + DeliveryService.StoresAreAwaitedFor + Leeway
        : TimeSpan.Zero;

    /// <summary>The longest that a delivery of this host takes until it is answered.</summary>
    private TimeSpan OfThisHost => DeliveryService.RecordsAreGoodFor + options.Modules.CallTimeout + Grace;

    /// <summary>A delivery of this host that is given up and stored after all from now on is waited for by <see cref="PassAsync"/>, and its mail brought along.</summary>
    public IDisposable Expect(string user) => underWay.Expect(user);

    /// <returns>How many deliveries of this host are not over: calls of modules that do not come back.</returns>
    public async Task<int> PassAsync(string user, CancellationToken cancellationToken)
    {
        var left = await underWay.PassAsync(user, OfThisHost, clock, cancellationToken);
        if (OfOthers > TimeSpan.Zero)
            await Task.Delay(OfOthers, clock, cancellationToken);
        return left;
    }
}
