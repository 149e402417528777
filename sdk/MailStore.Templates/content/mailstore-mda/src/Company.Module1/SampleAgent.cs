using Company.Module1;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

[assembly: MailStoreModule("sample-module", typeof(SampleAgent))]

namespace Company.Module1;

/// <summary>
/// Stores each mail as a file in a directory of its user. A directory is named after the user, and after the allocation that made it: so no two hosts and no
/// two users of one name, the later added after the earlier was removed, ever share one.
/// </summary>
public sealed partial class SampleAgent(SampleOptions options, ModuleContext context, ILogger<SampleAgent> logger, TimeProvider clock)
    : IMailDeliveryAgent, IModuleLifetime, IModuleHealth
{
    private const int Form = 1;
    private static readonly TimeSpan LeftoverAge = TimeSpan.FromHours(36);

    private readonly string _root = context.ResolvePath(options.Path);

    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        // an absolute path may be a mount point: a directory made under it would hide all mail once the disk is mounted
        if (!Path.IsPathFullyQualified(options.Path))
            await Disk.RunAsync(() => Disk.CreateDirectory(_root));
        else if (!Directory.Exists(_root))
            throw new ModuleConfigurationException($"the directory '{_root}' of [mda.{context.Instance}] is not there; make or mount it, or change 'path'");
        await Disk.RunAsync(() => Sweep(cancellationToken));
    }

    public ValueTask StopAsync(CancellationToken cancellationToken) => default;

    public ValueTask<ModuleHealth> CheckHealthAsync(CancellationToken cancellationToken) => new(Directory.Exists(_root)
        ? ModuleHealth.Healthy($"mail below {_root}")
        : ModuleHealth.Unhealthy($"the directory '{_root}' is not there; is its disk mounted?"));

    public ParseResult Parse(EffectiveUser user)
    {
        if (user.Allocation is not { } allocation)
            return new ParseResult.Incomplete(Allocation.Home);
        if (allocation.Form != Form)
            return new ParseResult.Invalid($"the allocation of '{user.Name}' has the form {allocation.Form}, and this version of the module knows {Form}; update the module");
        var home = allocation.Values.GetValueOrDefault(Allocation.Home, "");
        return Path.IsPathFullyQualified(home) && home.EndsWith('.' + allocation.Id, StringComparison.Ordinal)
            ? new ParseResult.Ready(new SampleMailbox(home, user.GetOptions<SampleOptions>()))
            : new ParseResult.Invalid($"'{home}' in the allocation of '{user.Name}' is no home that this module made; mend the record");
    }

    public async ValueTask<Allocation> AllocateAsync(EffectiveUser user, AllocationContext allocation, CancellationToken cancellationToken)
    {
        // names come from outside: no '/' is left of one, and no more than fits into a file name
        var name = Uri.EscapeDataString(user.Name);
        var home = Path.Combine(_root, $"{name[..Math.Min(name.Length, 200)]}.{allocation.AllocationId}");
        await Disk.RunAsync(() =>
        {
            if (!Directory.Exists(_root))
                throw new DirectoryNotFoundException($"the directory '{_root}' is not there; is its disk mounted?");
            Disk.CreateDirectory(home);
        });
        return allocation.Complete(Form, [new(Allocation.Home, home)]);
    }

    public async ValueTask ReleaseAsync(UserRecord? current, Allocation lost, CancellationToken cancellationToken)
    {
        var home = lost.Values[Allocation.Home];
        if (current?.Allocation?.Values.GetValueOrDefault(Allocation.Home) == home)
            return;
        await Disk.RunAsync(() => Disk.DeleteIfEmpty(home)); // what holds mail stays
    }

    /// <summary>Removes what deliveries left that were killed half-way: by age, since other hosts may be delivering now.</summary>
    private void Sweep(CancellationToken cancellationToken)
    {
        var limit = clock.GetUtcNow().UtcDateTime - LeftoverAge;
        var partial = Directory.EnumerateDirectories(_root).SelectMany(home => Directory.EnumerateFiles(home, "*" + Disk.Partial));
        foreach (var leftover in partial.Where(path => File.GetLastWriteTimeUtc(path) < limit))
        {
            cancellationToken.ThrowIfCancellationRequested();
            File.Delete(leftover);
            LogSwept(logger, leftover);
        }
    }

    [LoggerMessage(1, LogLevel.Information, "removed {Path}, which a delivery left that was killed half-way")]
    private static partial void LogSwept(ILogger logger, string path);
}
