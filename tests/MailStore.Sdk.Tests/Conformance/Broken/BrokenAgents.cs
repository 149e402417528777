using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace MailStore.Sdk.Tests.Conformance;

/// <summary>Agents that break the contract, each in one way that an author might not notice.</summary>
internal static class BrokenAgents
{
    private static string Hash(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));

    public sealed class AllocatesOnce(ModuleContext context) : ShelfAgent(context)
    {
        public override ValueTask<Allocation> AllocateAsync(EffectiveUser user, AllocationContext attempt, CancellationToken cancellationToken) =>
            Directory.Exists(Path.Combine(Root, HomeName(user, attempt)))
                ? throw new InvalidOperationException($"{user.Name} exists already")
                : base.AllocateAsync(user, attempt, cancellationToken);

        protected override string HomeName(EffectiveUser user, AllocationContext attempt) => Hash($"{user.Name} {user.Version}");
    }

    public sealed class ReleasesTheWinners(ModuleContext context) : ShelfAgent(context)
    {
        public override ValueTask ReleaseAsync(UserRecord? current, Allocation lost, CancellationToken cancellationToken) => base.ReleaseAsync(null, lost, cancellationToken);

        protected override string HomeName(EffectiveUser user, AllocationContext attempt) => Hash($"{user.Name} {user.Version}");
    }

    public sealed class ReleaseRemovesMail(ModuleContext context) : ShelfAgent(context)
    {
        public override ValueTask ReleaseAsync(UserRecord? current, Allocation lost, CancellationToken cancellationToken)
        {
            var home = lost.Values[Allocation.Home];
            if (current?.Allocation?.Values[Allocation.Home] != home && Directory.Exists(home))
                Directory.Delete(home, recursive: true);
            return default;
        }
    }

    public sealed class ReleasesOnce(ModuleContext context) : ShelfAgent(context)
    {
        public override ValueTask ReleaseAsync(UserRecord? current, Allocation lost, CancellationToken cancellationToken)
        {
            Directory.Delete(lost.Values[Allocation.Home]);
            return default;
        }
    }

    public sealed class NamesLeadOut(ModuleContext context) : ShelfAgent(context)
    {
        protected override string HomeName(EffectiveUser user, AllocationContext attempt) => $"{attempt.AllocationId}/{user.Name}";

        protected override bool IsOurs(string home) => true;
    }

    public sealed class IgnoresCase(ModuleContext context) : ShelfAgent(context)
    {
        protected override string HomeName(EffectiveUser user, AllocationContext attempt) => Hash(user.Name.ToLowerInvariant());
    }

    public sealed class InheritsMail(ModuleContext context) : ShelfAgent(context)
    {
        protected override string HomeName(EffectiveUser user, AllocationContext attempt) => Hash(user.Name);
    }

    public sealed class ForgetsItsId(ModuleContext context) : ShelfAgent(context)
    {
        public override async ValueTask<Allocation> AllocateAsync(EffectiveUser user, AllocationContext attempt, CancellationToken cancellationToken) =>
            await base.AllocateAsync(user, attempt, cancellationToken) with { Id = user.Name };
    }

    public sealed class ParseMakesTheDirectory(ModuleContext context) : ShelfAgent(context)
    {
        public override ParseResult Parse(EffectiveUser user)
        {
            Directory.CreateDirectory(Path.Combine(Root, Hash(user.Name)));
            return base.Parse(user);
        }
    }

    public sealed class ParseThrows(ModuleContext context) : ShelfAgent(context)
    {
        public override ParseResult Parse(EffectiveUser user) =>
            user.Allocation?.Values[Allocation.Home] is { Length: 0 } ? new ParseResult.Invalid("no home") : base.Parse(user);
    }

    public sealed class ForgetsForms(ModuleContext context) : ShelfAgent(context)
    {
        public override ParseResult Parse(EffectiveUser user) => user.Allocation?.Values.GetValueOrDefault(Allocation.Home) is { Length: > 0 } home && Directory.Exists(home)
            ? new ParseResult.Ready(Open(home, user.GetOptions<ShelfOptions>().Quota?.Bytes))
            : base.Parse(user);
    }

    public sealed class ReadyTooEarly(ModuleContext context) : ShelfAgent(context)
    {
        public override ParseResult Parse(EffectiveUser user) =>
            user.Allocation is null ? new ParseResult.Ready(Open(Path.Combine(Root, "nobody"), null)) : base.Parse(user);
    }

    public sealed class DiesUnstarted(ModuleContext context) : ShelfAgent(context), IModuleLifetime, IDisposable
    {
        private MemoryStream? _connection;

        public ValueTask StartAsync(CancellationToken cancellationToken)
        {
            _connection = new MemoryStream();
            return default;
        }

        public ValueTask StopAsync(CancellationToken cancellationToken) => default;

        public void Dispose() => _connection!.Dispose();
    }

    /// <summary>Keeps new mails under hidden names, and gives them their own when it stops.</summary>
    public sealed class DependsOnStop(ModuleContext context) : ShelfAgent(context), IModuleLifetime
    {
        private readonly ConcurrentQueue<(string Hidden, string Path)> _unfinished = new();

        public ValueTask StartAsync(CancellationToken cancellationToken) => default;

        public ValueTask StopAsync(CancellationToken cancellationToken)
        {
            Finish();
            return default;
        }

        private void Finish()
        {
            while (_unfinished.TryDequeue(out var mail))
            {
                if (File.Exists(mail.Hidden))
                    File.Move(mail.Hidden, mail.Path);
            }
        }

        protected override IMailbox Open(string home, long? quota) => new HiddenMailbox(this, home, quota);

        private sealed class HiddenMailbox(DependsOnStop agent, string home, long? quota) : ShelfMailbox(home, quota)
        {
            protected override async Task<DeliveryResult> CommitAsync(Mail mail, string part, CancellationToken cancellationToken)
            {
                var result = await base.CommitAsync(mail, part, cancellationToken);
                if (result.StoredId is not { } id)
                    return result;
                var hidden = Path.Combine(Home, "part-" + id);
                File.Move(PathOf(id), hidden);
                agent._unfinished.Enqueue((hidden, PathOf(id)));
                return result;
            }

            public override IAsyncEnumerable<StoredMail> ListAsync(CancellationToken cancellationToken)
            {
                agent.Finish();
                return base.ListAsync(cancellationToken);
            }
        }
    }
}
