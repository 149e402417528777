namespace MailStore.Sdk.Conformance;

/// <summary>A started user database, and calls of it whose outcome a case is sure of.</summary>
internal sealed class UserCalls(CaseContext<UserDatabaseUnderTest> context, RunningModule<IUserDatabase> running, ModuleContext place)
{
    public IUserDatabase Users => running.Module;

    public ModuleContext Place => place;

    public static async Task<UserCalls> OpenAsync(CaseContext<UserDatabaseUnderTest> context, ModuleContext? place = null)
    {
        place ??= context.NewPlace();
        return new UserCalls(context, await RunningModule<IUserDatabase>.StartAsync(context, context.Module, place), place);
    }

    public async Task<UserRecord> AddAsync(UserRecord user)
    {
        var name = Samples.Quote(user.Name);
        context.Step($"TryAddAsync of {name}");
        var stored = await Users.TryAddAsync(user, context.CancellationToken);
        Expect.That(stored is not null, $"TryAddAsync of {name}, which was not taken, returned null; wanted the record as stored");
        Expect.That(Samples.SameContent(stored, user), $"TryAddAsync of {Samples.Show(user)} returned {Samples.Show(stored)}; wanted the same");
        Expect.That(stored.Version > 0, $"TryAddAsync of {name} returned version {stored.Version}; wanted a positive one");
        return stored;
    }

    /// <summary>Replaces the record of the version that the new one bears.</summary>
    public async Task<UserRecord> ReplaceAsync(UserRecord user)
    {
        var name = Samples.Quote(user.Name);
        context.Step($"TryReplaceAsync of {name}");
        var stored = await Users.TryReplaceAsync(user, context.CancellationToken);
        Expect.That(stored is not null, $"TryReplaceAsync of {name} on version {user.Version}, which it had, returned null; wanted the record as stored");
        Expect.That(Samples.SameContent(stored, user), $"TryReplaceAsync with {Samples.Show(user)} returned {Samples.Show(stored)}; wanted the same, with a new version");
        Expect.That(stored.Version > user.Version, $"TryReplaceAsync of {name} on version {user.Version} returned version {stored.Version}; wanted a greater one");
        return stored;
    }

    public async Task RemoveAsync(UserRecord user)
    {
        var name = Samples.Quote(user.Name);
        context.Step($"TryRemoveAsync of {name}");
        Expect.That(
            await Users.TryRemoveAsync(user, context.CancellationToken),
            $"TryRemoveAsync of {name} on version {user.Version}, which it had, returned false; wanted true");
    }

    public async Task<UserRecord?> FindAsync(string name)
    {
        context.Step($"FindAsync of {Samples.Quote(name)}");
        return await Users.FindAsync(name, context.CancellationToken);
    }

    /// <summary>Finds exactly this record, its version included; or, if null, nothing.</summary>
    public async Task ExpectAsync(string name, UserRecord? wanted, string after)
    {
        var found = await FindAsync(name);
        Expect.That(
            found is null ? wanted is null : wanted is not null && found.Version == wanted.Version && Samples.SameContent(found, wanted),
            $"{after}, FindAsync of {Samples.Quote(name)} returned {Samples.Show(found)}; wanted {Samples.Show(wanted)}");
    }

    public Task ExpectAsync(UserRecord wanted, string after) => ExpectAsync(wanted.Name, wanted, after);

    public async Task<List<UserRecord>> ListAsync(string? prefix = null)
    {
        context.Step($"ListAsync of {(prefix is null ? "all" : Samples.Quote(prefix))}");
        var list = new List<UserRecord>();
        await foreach (var user in Users.ListAsync(prefix, context.CancellationToken))
            list.Add(user);
        return list;
    }

    /// <summary>Lists exactly these names, in ordinal order.</summary>
    public async Task ExpectListAsync(string? prefix, IEnumerable<string> names)
    {
        var wanted = names.Order(StringComparer.Ordinal).ToList();
        var listed = (await ListAsync(prefix)).ConvertAll(user => user.Name);
        if (listed.SequenceEqual(wanted, StringComparer.Ordinal))
            return;
        var title = prefix is null ? "ListAsync" : $"ListAsync with prefix {Samples.Quote(prefix)}";
        Expect.That(!wanted.Except(listed).Any(), $"{title} left out {ShowAll(wanted.Except(listed))}; wanted all {wanted.Count} users");
        Expect.That(!listed.Except(wanted).Any(), $"{title} listed {ShowAll(listed.Except(wanted))}; wanted names that {(prefix is null ? "were added" : "start so")}");
        Expect.That(listed.Count == wanted.Count, $"{title} listed {ShowAll(listed.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key))} more than once; wanted each once");
        var (first, second) = listed.Zip(listed.Skip(1)).First(pair => string.CompareOrdinal(pair.First, pair.Second) > 0);
        Expect.That(false, $"{title} listed {Samples.Quote(first)} before {Samples.Quote(second)}; wanted ordinal order (by UTF-16 code units)");
    }

    public async Task StopAsync()
    {
        context.Step("StopAsync");
        await running.StopAsync();
    }

    /// <summary>Stops it, and opens the same place again.</summary>
    public async Task<UserCalls> RestartAsync()
    {
        await StopAsync();
        return await OpenAsync(context, place);
    }

    private static string ShowAll(IEnumerable<string> names) => string.Join(", ", names.Take(5).Select(Samples.Quote));
}
