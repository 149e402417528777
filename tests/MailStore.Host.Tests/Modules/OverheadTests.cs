using MailStore.Host.Modules;
using MailStore.Host.Tests.Delivery;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Modules;

/// <summary>What a call costs that the module answers at once. Memory only: for time see tests/bench boundary.</summary>
[Collection(AloneCollection.Name)]
public sealed class OverheadTests : IDisposable
{
    private const int Calls = 2_000;

    private readonly ModulesHome _home = new();

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task A_delivery_to_a_module_in_a_load_context_of_its_own_allocates_less_than_a_hundred_bytes()
    {
        _home.Add("Idle");
        await using var modules = _home.Load(_home.Mda("idle"));
        var user = new EffectiveUser(new UserRecord { Name = Bench.User, Version = 1 }, null);
        var mailbox = ((ParseResult.Ready)await modules.Mdas["idle"].Agent.ParseAsync(user, default)).Mailbox;
        Assert.IsType<GuardedMailbox>(mailbox);
        await DeliverAsync(mailbox);
        var least = long.MaxValue;
        for (var round = 0; round < 20; round++)
        {
            // by all threads, since the module runs on another one; what the runner of the tests allocates meanwhile counts too, so the quietest round tells
            var before = GC.GetTotalAllocatedBytes(precise: true);
            await DeliverAsync(mailbox);
            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / Calls);
        }

        Assert.InRange(least, 0, 100); // 48 as measured; the promise is 300
    }

    private static async Task DeliverAsync(IMailbox mailbox)
    {
        for (var i = 0; i < Calls; i++)
            await mailbox.DeliverAsync(Bench.Mail, CancellationToken.None);
    }
}
