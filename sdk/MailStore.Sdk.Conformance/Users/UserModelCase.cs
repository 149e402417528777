using static MailStore.Sdk.Conformance.UserDatabaseCases;

namespace MailStore.Sdk.Conformance;

/// <summary>Random sequences of calls against a model of three lines: a dictionary, and a number that rises.</summary>
internal static class UserModelCase
{
    private const string Requirement = "Whatever calls come in whatever order, FindAsync and ListAsync tell what the writes that succeeded left, also after a restart.";
    private static readonly string[] Names = ["a@example.org", "A@example.org", "ab@example.org", "a%@example.org", "b\u00e9@example.org"];
    private static readonly string?[] Prefixes = [null, "a", "a%", "A", "c"];

    private enum Kind
    {
        Add,
        Replace,
        StaleReplace,
        Remove,
        StaleRemove,
        Find,
        List,
        Next,
        Restart,
    }

    public static IEnumerable<ConformanceCase<UserDatabaseUnderTest>> All =>
    [
        new("model: random sequences of calls", Requirement, static context => RandomSequences.CheckAsync(
            context,
            static random => new Operation((Kind)random.Next(9), random.Next(Names.Length), random.Next(4)),
            async operations => await new Run(await UserCalls.OpenAsync(context)).AllAsync(operations, context.CancellationToken),
            sequences: 8,
            length: 40)),
    ];

    private sealed record Operation(Kind Kind, int Name, int Value)
    {
        public override string ToString() => Kind switch
        {
            Kind.List => $"List {Prefixes[Name] ?? "all"}",
            Kind.Next or Kind.Restart => $"{Kind}",
            Kind.Find or Kind.Remove or Kind.StaleRemove => $"{Kind} {Names[Name]}",
            _ => $"{Kind} {Names[Name]} n={Value}",
        };
    }

    private sealed class Run(UserCalls calls)
    {
        private readonly Dictionary<string, UserRecord> _model = new(StringComparer.Ordinal);
        private readonly Dictionary<string, long> _greatest = new(StringComparer.Ordinal);
        private long _number;
        private UserCalls _calls = calls;

        public async Task AllAsync(IReadOnlyList<Operation> operations, CancellationToken cancellationToken)
        {
            foreach (var operation in operations)
                await OneAsync(operation, cancellationToken);
            await _calls.ExpectListAsync(null, _model.Keys);
            foreach (var name in Names)
                await _calls.ExpectAsync(name, _model.GetValueOrDefault(name), "at the end of a random sequence");
            await _calls.StopAsync();
        }

        private async Task OneAsync(Operation operation, CancellationToken cancellationToken)
        {
            var name = Names[operation.Name];
            var known = _model.GetValueOrDefault(name);
            var user = Samples.User(name, ("n", operation.Value == 0 ? "" : $"{operation.Value}")) with { Allocation = operation.Value == 3 ? Samples.Allocation("a", ("k", "")) : null };
            var stale = (known?.Version ?? _greatest.GetValueOrDefault(name)) + (operation.Value % 2 == 0 ? 1 : -1);
            switch (operation.Kind)
            {
                case Kind.Add when known is null:
                    Note(await _calls.AddAsync(user));
                    break;
                case Kind.Add:
                    Expect.That(await _calls.Users.TryAddAsync(user, cancellationToken) is null, $"TryAddAsync of {name}, which was taken, returned a record; wanted null");
                    break;
                case Kind.Replace when known is not null:
                    Note(await _calls.ReplaceAsync(user with { Version = known.Version }));
                    break;
                case Kind.Replace or Kind.StaleReplace:
                    Expect.That(await _calls.Users.TryReplaceAsync(user with { Version = stale }, cancellationToken) is null, $"TryReplaceAsync of {name} on a version that it has not returned a record; wanted null");
                    break;
                case Kind.Remove when known is not null:
                    await _calls.RemoveAsync(known);
                    _model.Remove(name);
                    break;
                case Kind.Remove or Kind.StaleRemove:
                    Expect.That(!await _calls.Users.TryRemoveAsync(user with { Version = stale }, cancellationToken), $"TryRemoveAsync of {name} on a version that it has not returned true; wanted false");
                    break;
                case Kind.Find:
                    await _calls.ExpectAsync(name, known, "in a random sequence");
                    break;
                case Kind.List:
                    var prefix = Prefixes[operation.Name];
                    await _calls.ExpectListAsync(prefix, _model.Keys.Where(key => key.StartsWith(prefix ?? "", StringComparison.Ordinal)));
                    break;
                case Kind.Next when _calls.Users is IUserSequences sequences:
                    var next = await sequences.NextAsync("uid", cancellationToken);
                    Expect.That(next > _number, $"NextAsync gave {next} after {_number}; wanted a greater number");
                    _number = next;
                    break;
                case Kind.Restart:
                    _calls = await _calls.RestartAsync();
                    break;
            }
        }

        private void Note(UserRecord stored)
        {
            Expect.That(
                stored.Version > _greatest.GetValueOrDefault(stored.Name),
                $"a write of {stored.Name} was given version {stored.Version}, and {_greatest.GetValueOrDefault(stored.Name)} was given before; wanted a greater one");
            _greatest[stored.Name] = stored.Version;
            _model[stored.Name] = stored;
        }
    }
}
