using CsCheck;
using MailStore.Creators;
using MailStore.Sdk;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Plugins.Tests.Creators;

public sealed class InterleavingTests
{
    private const string Alice = "alice@example.org";
    private static readonly int Rounds = Environment.GetEnvironmentVariable("MAILSTORE_TESTS_LONG") == "1" ? 1_000_000 : 20_000;

    [Fact]
    public void In_whatever_order_things_happen_one_allocation_counts_and_the_winner_is_never_released() => Gen.Int.Sample(seed =>
    {
        var random = new Random(seed);
        var interleaving = new Interleaving(random);
        var users = new HostileDatabase(interleaving);
        var allocator = new FakeAllocator(() => users.Peek(Alice)) { Allocating = async (_, _) => await interleaving.StepAsync().ConfigureAwait(false) };
        var creator = new TrialCreator(NullLogger<TrialCreator>.Instance, new FakeTimeProvider());
        var user = users.Add(Alice);
        var gaveUp = 0;
        var returned = new List<UserRecord?>();

        async Task CreateAsync()
        {
            using var giveUp = new CancellationTokenSource();
            if (random.Next(4) == 0)
                _ = CancelLaterAsync(giveUp);
            try
            {
                returned.Add(await creator.CreateAsync(user, allocator, users, giveUp.Token).ConfigureAwait(false));
            }
            catch (Exception e) when (e is TemporaryFailureException or OperationCanceledException)
            {
                gaveUp++;
            }
        }

        async Task CancelLaterAsync(CancellationTokenSource source)
        {
            await interleaving.StepAsync().ConfigureAwait(false);
            source.Cancel();
        }

        async Task LineAsync()
        {
            for (var i = 0; i < 10; i++)
            {
                await interleaving.StepAsync().ConfigureAwait(false);
                users.Arrive();
            }
        }

        async Task AdministratorAsync()
        {
            for (var i = random.Next(3); i > 0; i--)
            {
                await interleaving.StepAsync().ConfigureAwait(false);
                if (random.Next(8) == 0)
                    users.Remove(Alice);
                else if (users.Peek(Alice) is { } current)
                    users.Replace(current with { Settings = current.Settings.SetItem("quota", $"{i}G") });
            }
        }

        var bodies = Enumerable.Repeat<Func<Task>>(CreateAsync, random.Next(2, 5)).Append(LineAsync).Append(AdministratorAsync).ToArray();
        foreach (var task in interleaving.Run(bodies))
            task.GetAwaiter().GetResult();
        while (users.Late > 0)
            users.Arrive();

        Assert.Empty(allocator.Violations);

        // Whatever was on its way has arrived: what stands in the record was not released, and only who gave up may have left something.
        var winner = users.Peek(Alice)?.Allocation?.Id;
        Assert.True(winner is null || !allocator.Released.ContainsKey(winner));
        Assert.InRange(allocator.Made.Count - allocator.Released.Count - (winner is null ? 0 : 1), winner is null ? -1 : 0, gaveUp + (users.Peek(Alice) is null ? 1 : 0));
        if (winner is not null)
            Assert.All(returned, record => Assert.Equal(winner, record!.Allocation!.Id));
        if (gaveUp == 0 && users.Peek(Alice) is not null)
            Assert.NotNull(winner);
    }, iter: Rounds, threads: 1);
}
