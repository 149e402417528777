using MailStore.Host.Configuration;
using MailStore.Host.Modules;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Modules;

/// <summary>Each call of the contract, and each way in which a module can break it.</summary>
public sealed class GuardTests : IDisposable
{
    private readonly Bench _bench = new();

    public static TheoryData<string> Calls => [.. Bench.AllCalls];

    public static TheoryData<string> CallsWithToken => [.. Bench.AllCalls.Where(call => call != "Parse")];

    public static TheoryData<string, Behaviour> CallsAnd(Behaviour[] behaviours)
    {
        var all = new TheoryData<string, Behaviour>();
        foreach (var call in Bench.AllCalls)
        {
            foreach (var behaviour in behaviours)
                all.Add(call, behaviour);
        }

        return all;
    }

    public void Dispose() => _bench.Dispose();

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task What_a_module_returns_comes_through(string call)
    {
        var result = await _bench.CallAsync(call);
        switch (result)
        {
            case List<StoredMail> mails:
                Assert.Equal(["1", "2"], mails.Select(mail => mail.Id));
                break;
            case List<UserRecord> users:
                Assert.Equal(["aalice", "abob"], users.Select(user => user.Name));
                break;
        }

        Assert.Equal(call is "ReleaseAsync" or "RemoveAllAsync", result is null);
        Assert.Empty(_bench.Log.Entries);
    }

    [Theory]
    [MemberData(nameof(CallsAnd), new[] { Behaviour.Throw, Behaviour.Fail, Behaviour.CancelUnasked, Behaviour.ThrowUnspeakable })]
    public async Task An_exception_is_a_fault_that_is_logged_once_and_counted(string call, Behaviour behaviour)
    {
        _bench.Module.Behaviour = behaviour;
        var fault = await Assert.ThrowsAsync<ModuleFaultException>(() => _bench.CallAsync(call));
        AssertTold(call, fault, "threw");
        Assert.NotNull(fault.InnerException);
        Assert.False(fault.Abandoned);
        Assert.Equal(0, _bench.Boundary.Hanging);
    }

    [Theory]
    [MemberData(nameof(CallsAnd), new[] { Behaviour.Hang, Behaviour.Block })]
    public async Task A_call_that_does_not_come_back_is_given_up_and_counted_until_it_does(string call, Behaviour behaviour)
    {
        _bench.Module.Behaviour = behaviour;
        var given = _bench.CallAsync(call);
        await _bench.Module.EnteredAsync();
        var passed = await _bench.PassUntilAsync(given);

        var fault = await Assert.ThrowsAsync<ModuleFaultException>(() => given);
        AssertTold(call, fault, "did not come back");
        Assert.True(fault is { Abandoned: true, TimedOut: true });
        Assert.InRange(passed, TimeSpan.FromSeconds(65), TimeSpan.FromSeconds(400));
        Assert.Equal(1, _bench.Boundary.Hanging);

        _bench.Module.Release();
        Assert.True(SpinWait.SpinUntil(() => _bench.Boundary.Hanging == 0, TimeSpan.FromSeconds(60)));
    }

    [Theory]
    [MemberData(nameof(CallsAnd), new[] { Behaviour.Temporary, Behaviour.Configuration })]
    public async Task Failures_that_the_contract_knows_pass_through_and_do_not_count(string call, Behaviour behaviour)
    {
        _bench.Module.Behaviour = behaviour;
        var failure = await Record.ExceptionAsync(() => _bench.CallAsync(call));
        Assert.IsType(behaviour == Behaviour.Temporary ? typeof(TemporaryFailureException) : typeof(ModuleConfigurationException), failure);
        Assert.Equal(0, _bench.Boundary.Faults);
        Assert.Empty(_bench.Log.Entries);
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Null_is_a_fault_where_the_contract_has_none(string call)
    {
        _bench.Module.Behaviour = Behaviour.Null;
        var given = _bench.CallAsync(call);
        if (call is "OpenAsync" or "CreateAsync" or "FindAsync" or "TryAddAsync" or "TryReplaceAsync" or "ReleaseAsync" or "RemoveAllAsync")
            Assert.Null(await given);
        else if (call.StartsWith("Try", StringComparison.Ordinal))
            Assert.Equal(false, await given);
        else
            AssertTold(call, await Assert.ThrowsAsync<ModuleFaultException>(() => given), call is "NextAsync" or "GetLockLeaseAsync" ? "returned 0" : "returned null");
    }

    [Theory]
    [MemberData(nameof(CallsWithToken))]
    public async Task A_module_that_heeds_the_cancellation_at_its_deadline_is_not_abandoned(string call)
    {
        _bench.Module.Behaviour = Behaviour.HeedCancellation;
        var given = _bench.CallAsync(call);
        await _bench.PassUntilAsync(given);
        var fault = await Assert.ThrowsAsync<ModuleFaultException>(() => given);
        AssertTold(call, fault, "did not finish within");
        Assert.True(fault is { Abandoned: false, TimedOut: true });
    }

    [Theory]
    [MemberData(nameof(CallsWithToken))]
    public async Task A_module_that_is_past_its_commit_point_at_its_deadline_returns_the_true_result(string call)
    {
        _bench.Module.Behaviour = Behaviour.IgnoreCancellation;
        var given = _bench.CallAsync(call);
        await _bench.PassUntilAsync(given);
        Assert.Equal(call is "ReleaseAsync" or "RemoveAllAsync", await given is null);
        Assert.Equal(0, _bench.Boundary.Faults);
    }

    [Theory]
    [MemberData(nameof(CallsWithToken))]
    public async Task The_callers_own_cancellation_is_no_fault(string call)
    {
        _bench.Module.Behaviour = Behaviour.HeedCancellation;
        using var caller = new CancellationTokenSource();
        var given = _bench.CallAsync(call, caller.Token);
        await _bench.Module.EnteredAsync();
        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        Assert.Equal(0, _bench.Boundary.Faults);
        Assert.Empty(_bench.Log.Entries);
    }

    [Fact]
    public async Task An_allocation_must_be_the_one_that_was_asked_for()
    {
        foreach (var (allocation, expected) in new (Allocation, string)[]
        {
            (new Allocation { Id = "other", Mda = "x", Form = 1 }, "returned an allocation with the id 'other'"),
            (new Allocation { Id = "other", Mda = "x", Form = 1, Values = null! }, "null for values"),
        })
        {
            _bench.Module.Result = allocation;
            Assert.Contains(expected, (await Assert.ThrowsAsync<ModuleFaultException>(() => _bench.CallAsync("AllocateAsync"))).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("FindAsync", "eve@example.org", 1, "the record of another user, 'eve@example.org'")]
    [InlineData("FindAsync", Bench.User, 0, "a record of version 0")]
    [InlineData("TryAddAsync", "eve@example.org", 1, "the record of another user")]
    [InlineData("TryReplaceAsync", Bench.User, 1, "version 1 for what replaced version 1")]
    [InlineData("CreateAsync", "eve@example.org", 1, "the record of another user")]
    [InlineData("CreateAsync", Bench.User, 2, "a record without an allocation")]
    [InlineData("ListAsync of users", "eve@example.org", 1, "'eve@example.org', which does not start with 'a'")]
    public async Task A_record_must_be_what_was_asked_for(string call, string name, long version, string expected)
    {
        _bench.Module.Result = new UserRecord { Name = name, Version = version };
        var fault = await Assert.ThrowsAsync<ModuleFaultException>(() => _bench.CallAsync(call));
        Assert.Contains($"returned {expected}", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_that_is_stored_has_an_id()
    {
        _bench.Module.Result = DeliveryResult.Stored(null!);
        await Assert.ThrowsAsync<ModuleFaultException>(() => _bench.CallAsync("DeliverAsync"));
    }

    [Fact]
    public async Task Each_mail_that_is_imported_has_a_result()
    {
        foreach (var (results, expected) in new (DeliveryResult[], string)[]
        {
            ([DeliveryResult.Stored("1")], "returned 1 results for 2 mails"),
            ([DeliveryResult.Stored("1"), null!], "null among the results"),
            ([DeliveryResult.Stored("1"), DeliveryResult.Stored(null!)], "Stored with null for an id"),
        })
        {
            _bench.Module.Result = results;
            Assert.Contains(expected, (await Assert.ThrowsAsync<ModuleFaultException>(() => _bench.CallAsync("ImportAsync"))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Ready_without_a_mailbox_is_a_fault()
    {
        _bench.Module.Result = new ParseResult.Ready(null!);
        await Assert.ThrowsAsync<ModuleFaultException>(() => _bench.CallAsync("Parse"));
    }

    [Fact]
    public async Task A_parsed_mailbox_is_guarded_as_well()
    {
        var ready = Assert.IsType<ParseResult.Ready>(await _bench.CallAsync("Parse"));
        _bench.Module.Behaviour = Behaviour.Throw;
        await Assert.ThrowsAsync<ModuleFaultException>(() => ready.Mailbox.DeliverAsync(Bench.Mail, default).AsTask());
    }

    [Fact]
    public async Task Health_is_told_and_never_thrown()
    {
        Assert.Equal(new ModuleHealth(true, "fine"), await _bench.Instance.CheckHealthAsync(default));
        foreach (var behaviour in new[] { Behaviour.Throw, Behaviour.Fail, Behaviour.Null, Behaviour.Temporary, Behaviour.Hang })
        {
            _bench.Module.Behaviour = behaviour;
            var asked = _bench.Instance.CheckHealthAsync(default);
            await _bench.PassUntilAsync(asked);
            Assert.False((await asked).IsHealthy);
        }
    }

    [Fact]
    public async Task A_start_that_fails_names_module_and_file()
    {
        _bench.Module.Behaviour = Behaviour.Configuration;
        var exception = await Assert.ThrowsAsync<ModuleStartException>(() => _bench.Instance.StartAsync(default));
        Assert.Equal("mda 'x' (module 'scripted' of x.dll) did not start: badly set", exception.Message);
    }

    private void AssertTold(string call, ModuleFaultException fault, string what)
    {
        call = call.Split(' ')[0];
        var user = call is "NextAsync" or "ListAsync" or "GetLockLeaseAsync" ? fault.User : Bench.User;
        Assert.Equal((ModuleKind.Mda, "x", call, user), (fault.Module.Kind, fault.Module.Instance, fault.Call, fault.User));
        Assert.Contains(what, fault.Message, StringComparison.Ordinal);
        Assert.Equal(1, _bench.Boundary.Faults);
        var error = Assert.Single(_bench.Log.Errors);
        Assert.StartsWith($"mda 'x': {call} (user {user ?? "-"}) ", error, StringComparison.Ordinal);
        Assert.Contains(what, error, StringComparison.Ordinal);
    }
}
