using System.Diagnostics;

namespace MailStore.Sdk.Conformance;

/// <summary>What <see cref="IMailDeliveryAgent.Parse"/> promises.</summary>
internal static class ParseCases
{
    private const int Repeats = 300;
    private static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(1);

    // from another module, another version, or an administrator's slip
    private static readonly string[] Garbage =
        ["", " ", ".", "..", "../..", "/", "relative/place", "/a/../b", "no path\n", "\u0001", "ünïcödé", "-1", "0", "99999999999999999999", "true", new('x', 5000)];

    public static IEnumerable<ConformanceCase<AgentUnderTest>> All =>
    [
        AgentCase.Of("parse: a new user is incomplete", AgentRequirements.NewIsNotReady, NewAsync),
        AgentCase.Of("parse: after the allocation the mailbox is ready", AgentRequirements.AllocationMakesReady, ReadyAsync),
        AgentCase.Of("parse: says the same each time", AgentRequirements.ParseIsKept, SameAsync),
        AgentCase.Of("parse: touches nothing", AgentRequirements.ParseIsPure, TouchesNothingAsync),
        AgentCase.Of("parse: is fast", AgentRequirements.ParseIsPure, FastAsync),
        AgentCase.Of("parse: does not wait for other calls", AgentRequirements.ParseIsPure, DoesNotWaitAsync),
        AgentCase.Of("parse: an allocation of a later form", AgentRequirements.SenselessIsNoFault, LaterFormAsync),
        AgentCase.Of("parse: an allocation without its values", AgentRequirements.SenselessIsNoFault, MissingValuesAsync),
        AgentCase.Of("parse: an allocation with garbage for values", AgentRequirements.SenselessIsNoFault, GarbageAsync),
    ];

    private static async Task NewAsync(AgentWorld world)
    {
        var parsed = (await world.StartAsync()).Parse(await world.NewRecordAsync(AgentWorld.Alice));
        Expect.That(parsed is ParseResult.Incomplete, $"Parse of a record without an allocation gave {parsed} instead of Incomplete");
        Expect.That(parsed is ParseResult.Incomplete { Missing.Length: > 0 }, "Parse of a record without an allocation gave Incomplete, but does not say what is missing");
    }

    private static async Task ReadyAsync(AgentWorld world)
    {
        var mailbox = await (await world.StartAsync()).AddAsync(AgentWorld.Alice);
        await mailbox.DeliverAsync(Letters.Plain());
    }

    private static async Task SameAsync(AgentWorld world)
    {
        var host = await world.StartAsync();
        var fresh = await world.NewRecordAsync(AgentWorld.Alice);
        var allocated = await world.WriteAsync(fresh, await host.AllocateAsync(fresh));
        foreach (var record in (UserRecord[])[fresh, allocated, WithForm(allocated, int.MaxValue)])
        {
            var first = Describe(host.Parse(record));
            for (var i = 0; i < 3; i++)
            {
                var next = Describe(host.Parse(record));
                Expect.That(next == first, $"Parse of the same record gave {first}, and then {next}");
            }
        }
    }

    private static async Task TouchesNothingAsync(AgentWorld world)
    {
        var host = await world.StartAsync();
        var neighbour = await host.AddAsync(AgentWorld.Bob);
        var fresh = await world.NewRecordAsync(AgentWorld.Alice);
        var before = DirectoryState.Of(world.Place.DataDirectory);
        foreach (var record in (UserRecord[])[fresh, neighbour.Record, WithForm(neighbour.Record, int.MaxValue)])
        {
            _ = host.Parse(record);
            var change = DirectoryState.FindChange(before, DirectoryState.Of(world.Place.DataDirectory));
            Expect.That(change is null, $"Parse touched the disk: {change}");
        }
    }

    private static async Task FastAsync(AgentWorld world)
    {
        var host = await world.StartAsync();
        var fresh = await world.NewRecordAsync(AgentWorld.Alice);
        var allocated = await world.WriteAsync(fresh, await host.AllocateAsync(fresh));
        foreach (var record in (UserRecord[])[fresh, allocated])
        {
            var user = world.Context.Module.Bind(record);
            // other work on the machine makes many calls slow, in which a thread has to be waited for; a module that is slow is so in all of them
            var fastest = TimeSpan.MaxValue;
            for (var i = 0; i < Repeats && fastest >= Fast; i++)
            {
                var start = Stopwatch.GetTimestamp();
                _ = host.Agent.Parse(user);
                var took = Stopwatch.GetElapsedTime(start);
                fastest = took < fastest ? took : fastest;
            }

            Expect.That(fastest < Fast, $"Parse takes {fastest.TotalMicroseconds:0} microseconds in the fastest of {Repeats} calls; it is to look at the record only, which takes a few");
        }
    }

    private static async Task DoesNotWaitAsync(AgentWorld world)
    {
        var host = await world.StartAsync();
        var mailbox = await host.AddAsync(AgentWorld.Alice);
        using var end = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        var other = await world.NewRecordAsync(AgentWorld.Bob);
        var delivery = mailbox.TryDeliverAsync(Letters.Slow() with { OnRead = _ => begun.TrySetResult() }, end.Token);
        await Task.WhenAny(begun.Task, delivery);
        _ = await world.SoonAsync(Task.Run(() => host.Parse(mailbox.Record)), "Parse of a record whose mailbox is taking a slow mail");
        _ = await world.SoonAsync(Task.Run(() => host.Parse(other)), "Parse of a record while a slow mail is delivered to another user");
        // whether it heeds the cancellation is the business of another case
        await end.CancelAsync();
    }

    private static async Task LaterFormAsync(AgentWorld world)
    {
        var host = await world.StartAsync();
        var mailbox = await host.AddAsync(AgentWorld.Alice);
        var parsed = ParseSenseless(host, WithForm(mailbox.Record, int.MaxValue), $"of the form {int.MaxValue}");
        Expect.That(parsed is not ParseResult.Ready, "Parse of a record with an allocation of a form that no version of the module has made gave Ready; look at Allocation.Form before its values");
    }

    private static async Task MissingValuesAsync(AgentWorld world)
    {
        var host = await world.StartAsync();
        var mailbox = await host.AddAsync(AgentWorld.Alice);
        var allocation = mailbox.Record.Allocation!;
        foreach (var key in allocation.Values.Keys)
            _ = ParseSenseless(host, mailbox.Record with { Allocation = allocation with { Values = allocation.Values.Remove(key) } }, $"without the value '{key}'");
        if (allocation.Values.IsEmpty)
            return;
        var parsed = ParseSenseless(host, mailbox.Record with { Allocation = allocation with { Values = allocation.Values.Clear() } }, "without any values");
        Expect.That(parsed is not ParseResult.Ready, "Parse of a record with an allocation without any values gave Ready, although the module put values into it");
    }

    private static async Task GarbageAsync(AgentWorld world)
    {
        var host = await world.StartAsync();
        var mailbox = await host.AddAsync(AgentWorld.Alice);
        var allocation = mailbox.Record.Allocation!;
        foreach (var key in allocation.Values.Keys)
        {
            foreach (var garbage in Garbage)
            {
                var values = allocation.Values.SetItem(key, garbage);
                _ = ParseSenseless(host, mailbox.Record with { Allocation = allocation with { Values = values } }, $"with the value '{key}' = '{Shorten(garbage)}'");
            }
        }

        world.ExpectNothingOutside();
    }

    private static ParseResult ParseSenseless(AgentHost host, UserRecord record, string how)
    {
        ParseResult parsed;
        try
        {
            parsed = host.Parse(record);
        }
        catch (Exception exception) when (exception is not ConformanceException) // the boundary of a module: this is what the case looks for
        {
            throw new ConformanceException($"Parse of a record with an allocation {how} threw {exception.GetType().Name} ({exception.Message}) instead of giving Invalid", exception);
        }

        Expect.That(parsed is not ParseResult.Invalid { Reason: "" }, $"Parse of a record with an allocation {how} gave Invalid without a reason");
        return parsed;
    }

    private static UserRecord WithForm(UserRecord record, int form) => record with { Allocation = record.Allocation! with { Form = form } };

    private static string Describe(ParseResult parsed) => parsed is ParseResult.Ready ? "Ready" : parsed.ToString();

    private static string Shorten(string text) => text.Length > 30 ? text[..30] + "…" : text;
}
