using MailStore.Host.Admin;
using MailStore.Host.Tests.Delivery;
using MailStore.Sdk;

namespace MailStore.Host.Tests.Admin;

/// <summary>Adding users and changing their settings.</summary>
public sealed class UserAdministrationTests : IDisposable
{
    private const string Alice = PostOffice.Alice;

    private readonly PostOffice _office = new(tables: "[domain.\"strict.org\"]\nlevel = 4");

    public void Dispose() => _office.Dispose();

    [Theory]
    [InlineData("Alice@Example.ORG", Alice)]
    [InlineData("alice@example.org.", Alice)]
    [InlineData("\"alice\"@example.org", Alice)]
    [InlineData("Postmaster", "postmaster")]
    [InlineData("+alice@example.org", "+alice@example.org")]
    public async Task Names_are_normalised_as_recipients_are(string written, string name)
    {
        Assert.Equal(name, (await AddAsync(written)).Name);
        Assert.Equal(name, (await _office.Administration.FindAsync(written, default)).Name);
        Assert.Equal(name, (await SetAsync(written, ("level", "2"))).Name);
        Assert.Equal("250 2.1.5", await _office.AskAsync(written));
        await _office.Administration.RemoveAsync(written, MailRemoval.Unsaid, default);
        Assert.Null(_office.Users.Peek(name));
    }

    [Theory]
    [InlineData("alice+lists@example.org", "all of whose mail goes to 'alice@example.org'")]
    [InlineData("alice+@example.org", "all of whose mail goes to 'alice@example.org'")]
    [InlineData("@example.org", "the local part is empty")]
    [InlineData("alice@", "the domain is empty")]
    [InlineData("", "the local part is empty")]
    [InlineData("al\nice@example.org", "it has control characters")]
    public async Task What_is_no_name_is_refused_with_the_reason(string name, string reason)
    {
        var refused = await RefusedAsync(ExitCode.DataError, AddAsync(name));
        Assert.Contains(reason, refused, StringComparison.Ordinal);
        Assert.Empty(_office.Users.Written);
    }

    [Fact]
    public async Task A_user_is_added_with_his_settings_and_no_more()
    {
        var added = await AddAsync(Alice, ("quota", "1G"), ("mda", "second"));
        Assert.Equal(added, _office.Users.Peek(Alice));
        Assert.Equal([KeyValuePair.Create("mda", "second"), KeyValuePair.Create("quota", "1G")], added.Settings);
        Assert.Null(added.Allocation);
    }

    [Fact]
    public async Task A_user_who_comes_with_his_allocation_keeps_it()
    {
        var allocation = new AllocationView("7", "second", 2, new Dictionary<string, string> { ["home"] = "/h" });
        var added = await _office.Administration.AddAsync(new UserChange { Name = Alice, Allocation = allocation }, default);
        Assert.Equal(("7", "second", 2, "/h"), (added!.Allocation!.Id, added.Allocation.Mda, added.Allocation.Form, added.Allocation.Values["home"]));
    }

    [Fact]
    public async Task Whose_name_would_be_another_here_does_not_come_with_his_allocation()
    {
        var change = new UserChange { Name = "Alice@example.org", Allocation = new AllocationView("7", "second", 2, new Dictionary<string, string>()) };
        Assert.Contains("case_sensitive_local_parts", await RefusedAsync(ExitCode.DataError, _office.Administration.AddAsync(change, default)), StringComparison.Ordinal);
        Assert.Empty(_office.Users.Written);
        Assert.Equal(Alice, (await AddAsync(change.Name)).Name);
    }

    [Fact]
    public async Task A_record_of_another_database_is_there_if_settings_and_allocation_are_the_same()
    {
        var allocation = new AllocationView("7", "second", 2, new Dictionary<string, string> { ["home"] = "/h" });
        var change = new UserChange { Name = Alice, Allocation = allocation, Settings = new() { ["quota"] = "1G" }, IsRecord = true };
        Assert.NotNull(await _office.Administration.AddAsync(change, default));
        Assert.Null(await _office.Administration.AddAsync(change, default));
        foreach (var other in (UserChange[])
            [
                change with { Settings = [] },
                change with { Settings = new() { ["quota"] = "2G" } },
                change with { Allocation = null },
                change with { Allocation = allocation with { Id = "8" } },
                change with { Allocation = allocation with { Form = 1 } },
                change with { Allocation = allocation with { Values = new Dictionary<string, string> { ["home"] = "/i" } } },
                change with { IsRecord = false },
            ])
            Assert.Contains("exists already", await RefusedAsync(ExitCode.DataError, _office.Administration.AddAsync(other, default)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_database_goes_on_counting_where_another_one_stopped()
    {
        await _office.Administration.RaiseCountersAsync(new CountersView(1000, new Dictionary<string, long>()), default);
        Assert.Equal(1001, (await AddAsync(Alice)).Version);
        Assert.Equal(1001, (await _office.Administration.CountersAsync(default))!.Version);
    }

    [Fact]
    public async Task A_name_that_is_taken_is_refused_and_nothing_changes()
    {
        var before = await AddAsync(Alice, ("level", "2"));
        await RefusedAsync(ExitCode.DataError, AddAsync("ALICE@example.org", ("level", "3")));
        Assert.Equal(before, _office.Users.Peek(Alice));
    }

    [Theory]
    [InlineData("levle", "2", "did you mean 'level'?")]
    [InlineData("level", "high", "whole number")]
    [InlineData("quota", "lots", "size")]
    [InlineData("secret", "true", "cannot be set for a user")]
    [InlineData("mda", "fisrt", "did you mean 'first'?")]
    [InlineData("enabled", "no", "true or false")]
    [InlineData("alias", "", "alice@example.org")]
    [InlineData("alias", "a@x.org, b@x.org", "one other user")]
    public async Task A_mistake_in_a_setting_is_told_and_nothing_is_written(string key, string value, string reason)
    {
        Assert.Contains(reason, await RefusedAsync(ExitCode.DataError, AddAsync(Alice, (key, value))), StringComparison.Ordinal);
        _office.Users.Put(Alice);
        Assert.Contains(reason, await RefusedAsync(ExitCode.DataError, SetAsync(Alice, (key, value))), StringComparison.Ordinal);
        Assert.Empty(_office.Users.Written);
    }

    [Fact]
    public async Task A_setting_that_the_MDA_rejects_is_told_and_nothing_is_written()
    {
        _office.First.Parsing = static user => user.GetOptions<FakeOptions>().Level > 5 ? new ParseResult.Invalid("level is too high for this disk") : null;
        Assert.Contains("too high for this disk", await RefusedAsync(ExitCode.DataError, AddAsync(Alice, ("level", "6"))), StringComparison.Ordinal);
        _office.Users.Put(Alice);
        await RefusedAsync(ExitCode.DataError, SetAsync(Alice, ("level", "6")));
        Assert.Empty(_office.Users.Written);
    }

    [Fact]
    public async Task Settings_are_checked_by_the_MDA_that_will_be_responsible()
    {
        _office.Second.Parsing = static _ => new ParseResult.Invalid("not here");
        await RefusedAsync(ExitCode.DataError, AddAsync(Alice, ("mda", "second")));
        await AddAsync(Alice, ("mda", "first"));
    }

    [Fact]
    public async Task A_check_before_a_write_is_not_what_deliveries_go_by()
    {
        await AddAsync(Alice);
        await RefusedAsync(ExitCode.DataError, SetAsync(Alice, ("level", "high")));
        Assert.Equal("250 2.1.5", await _office.AskAsync(Alice));
    }

    [Fact]
    public async Task Settings_are_put_changed_and_dropped_and_the_others_stay()
    {
        _office.Users.Put(Alice, ("level", "2"), ("quota", "1G"), ("folders", "a"));
        await SetAsync(Alice, ["folders"], ("level", "3"), ("retry.count", "5"));
        Assert.Equal(
            [KeyValuePair.Create("level", "3"), KeyValuePair.Create("quota", "1G"), KeyValuePair.Create("retry.count", "5")],
            _office.Users.Peek(Alice)!.Settings);
    }

    [Fact]
    public async Task What_is_set_is_in_force_for_the_next_mail()
    {
        await AddAsync(Alice);
        await _office.SendAsync(Alice);
        await SetAsync(Alice, ("level", "9"));
        await _office.SendAsync(Alice);
        Assert.Equal(9, _office.First.Parsed.Last().Options.Level);
    }

    [Fact]
    public async Task Dropping_what_is_not_in_the_record_is_told_with_the_way_to_find_out()
    {
        _office.Users.Put("a@strict.org");
        Assert.Contains("mailstore user test", await RefusedAsync(ExitCode.DataError, SetAsync("a@strict.org", ["level"])), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_is_changed_or_removed_who_is_not_there()
    {
        await RefusedAsync(ExitCode.NoUser, SetAsync(Alice, ("level", "2")));
        await RefusedAsync(ExitCode.NoUser, _office.Administration.RemoveAsync(Alice, MailRemoval.Keep, default));
    }

    [Fact]
    public async Task The_MDA_of_an_allocated_user_is_not_changed_and_the_way_out_is_named()
    {
        Allocated(("mda", "first"));
        foreach (var change in new[] { SetAsync(Alice, ("mda", "second")), SetAsync(Alice, ["mda"]) })
        {
            var refused = await RefusedAsync(ExitCode.DataError, change);
            Assert.Contains("'first'", refused, StringComparison.Ordinal);
            Assert.Contains("'mailstore user ", refused, StringComparison.Ordinal);
        }

        Assert.Empty(_office.Users.Written);
        await SetAsync(Alice, ("mda", "first"));
    }

    [Fact]
    public async Task The_MDA_of_a_user_without_an_allocation_is_free()
    {
        _office.Users.Put(Alice, ("mda", "first"));
        await SetAsync(Alice, ("mda", "second"));
        await SetAsync(Alice, ["mda"]);
    }

    [Fact]
    public async Task What_was_decided_at_the_allocation_is_not_changed_and_the_way_out_is_named()
    {
        Allocated(("path", "here"));
        foreach (var change in new[] { SetAsync(Alice, ("path", "there")), SetAsync(Alice, ["path"]) })
            Assert.Contains("'mailstore user ", await RefusedAsync(ExitCode.DataError, change), StringComparison.Ordinal);
        Assert.Empty(_office.Users.Written);
    }

    [Fact]
    public async Task What_is_in_force_from_mail_to_mail_can_be_changed_after_the_allocation()
    {
        Allocated(("path", "here"));
        await SetAsync(Alice, ("quota", "2G"), ("enabled", "false"));
        Assert.Equal("here", _office.Users.Peek(Alice)!.Settings["path"]);
        Assert.NotNull(_office.Users.Peek(Alice)!.Allocation);
    }

    [Fact]
    public async Task Before_the_allocation_everything_can_be_changed()
    {
        _office.Users.Put(Alice, ("path", "here"));
        Assert.Equal("there", (await SetAsync(Alice, ("path", "there"))).Settings["path"]);
    }

    [Fact]
    public async Task A_change_that_meets_another_is_made_on_what_stands_there_by_then()
    {
        _office.Users.Put(Alice, ("level", "1"));
        var others = 3;
        _office.Users.Before = (call, _) =>
        {
            if (call == "Replace" && others-- > 0)
                _office.Users.Put(Alice, ("level", $"{others + 5}"), ("quota", "1G"));
            return default;
        };
        await SetAsync(Alice, ("retry.count", "1"));
        Assert.Equal(
            [KeyValuePair.Create("level", "5"), KeyValuePair.Create("quota", "1G"), KeyValuePair.Create("retry.count", "1")],
            _office.Users.Peek(Alice)!.Settings);
    }

    [Fact]
    public async Task A_change_that_meets_an_allocation_is_checked_again()
    {
        _office.Users.Put(Alice);
        _office.Users.Before = (call, _) =>
        {
            if (call == "Replace" && _office.Users.Peek(Alice)!.Allocation is null)
                Allocated();
            return default;
        };
        await RefusedAsync(ExitCode.DataError, SetAsync(Alice, ("mda", "second")));
        Assert.Empty(_office.Users.Written);
    }

    [Fact]
    public async Task Who_always_comes_second_is_told_to_try_again()
    {
        _office.Users.Put(Alice);
        _office.Users.Before = (call, _) =>
        {
            if (call is "Replace" or "Remove")
                _office.Users.Put(Alice);
            return default;
        };
        await RefusedAsync(ExitCode.TemporaryFailure, SetAsync(Alice, ("level", "2")));
        await RefusedAsync(ExitCode.TemporaryFailure, _office.Administration.RemoveAsync(Alice, MailRemoval.Unsaid, default));
        Assert.NotNull(_office.Users.Peek(Alice));
    }

    [Fact]
    public async Task A_database_that_cannot_be_copied_says_what_can_be_done_instead()
    {
        var refused = await Assert.ThrowsAsync<AdminException>(() => _office.Administration.OpenBackupAsync(default));
        Assert.Equal(ExitCode.Unavailable, refused.ExitCode);
        Assert.Contains("mailstore user list --json", refused.Message, StringComparison.Ordinal);
    }

    private void Allocated(params (string, string)[] settings) =>
        _office.Users.Put(Alice, new Allocation { Id = "1", Mda = "first", Form = 1 }, settings);

    private async Task<UserRecord> AddAsync(string name, params (string Key, string Value)[] settings) =>
        (await _office.Administration.AddAsync(new UserChange { Name = name, Settings = settings.ToDictionary() }, default))!;

    private Task<UserRecord> SetAsync(string name, params (string Key, string Value)[] settings) => SetAsync(name, [], settings);

    private Task<UserRecord> SetAsync(string name, List<string> unset, params (string Key, string Value)[] settings) =>
        _office.Administration.SetAsync(new UserChange { Name = name, Settings = settings.ToDictionary(), Unset = unset }, default);

    private static async Task<string> RefusedAsync(int exitCode, Task change)
    {
        var refused = await Assert.ThrowsAsync<AdminException>(() => change);
        Assert.Equal(exitCode, refused.ExitCode);
        return refused.Message;
    }
}
