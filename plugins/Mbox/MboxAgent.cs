using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using MailStore.Mbox;
using MailStore.Mbox.Delivery;
using MailStore.Mbox.Inspection;
using MailStore.Mbox.Interop;
using MailStore.Mbox.Locks;
using MailStore.Mbox.Paths;
using MailStore.Mbox.Places;
using MailStore.Mbox.Workers;
using MailStore.Sdk;

[assembly: MailStoreModule("mbox", typeof(MboxAgent))]

namespace MailStore.Mbox;

/// <summary>The MDA <c>mbox</c>: all mail of a user in one file, which mail programs and Dovecot read, and procmail writes to, at the same time (RFC 4155; mboxrd).</summary>
internal sealed class MboxAgent : IMailDeliveryAgent, IStorageInspection, IModuleLifetime, IModuleHealth, IDisposable
{
    private const int MaxWorkers = 32;

    private readonly MboxOptions _options;
    private readonly ModuleContext _context;
    private readonly MboxTemplate _template;
    private readonly WorkerThreads _workers;
    private readonly BoxServices _services;
    private readonly Boxes _boxes;

    public MboxAgent(MboxOptions options, ILogger<MboxAgent> logger, TimeProvider clock, ModuleContext context)
    {
        if (options.Locks.Distinct().Count() != options.Locks.Count)
            throw new ModuleConfigurationException($"mda.{context.Instance}: 'locks' cannot be used: a lock is named twice; write for example [\"fcntl\", \"dotlock\"]");
        _options = options;
        _context = context;
        _template = MboxTemplate.Parse(options.Path, context);
        if (!_template.NamesUser)
            throw MboxTemplate.Mistake(options.Path, "all users would get the same file; put {user} or {local} into it");
        _workers = new WorkerThreads(context.Instance, MaxWorkers);
        _services = new BoxServices(options, new RootGuard(context), new FileLocker(options, logger), _workers, clock, logger);
        _boxes = new Boxes(_services);
    }

    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // users with a forced path, and those of other modules, are served; the others' mail waits at the MTA until the disk is mounted
        if (await _workers.RunAsync(() => _services.Roots.Find(_template.Root)) is { } fault)
            MboxLog.RootMissing(_services.Logger, fault);
    }

    public async ValueTask StopAsync(CancellationToken cancellationToken) => await _workers.StopAsync(cancellationToken);

    public async ValueTask<ModuleHealth> CheckHealthAsync(CancellationToken cancellationToken) =>
        await _workers.RunAsync(() => _services.Roots.Find(_template.Root)).WaitAsync(cancellationToken) is { } fault
            ? ModuleHealth.Unhealthy(fault)
            : ModuleHealth.Healthy($"mbox files below {_template.Root}");

    public ParseResult Parse(EffectiveUser user)
    {
        var options = user.GetOptions<MboxOptions>();
        if (user.Allocation is { } allocation)
        {
            var (place, mistake) = MailboxPlace.Parse(NameEscape.User(user.Name), allocation);
            return place is null
                ? new ParseResult.Invalid(mistake)
                : new ParseResult.Ready(new MboxMailbox(place, QuotaLimit.Of(options), _boxes.Of(place.File), _services));
        }

        try
        {
            _ = TemplateOf(options).Expand(user);
            return new ParseResult.Incomplete("file");
        }
        catch (ModuleConfigurationException e)
        {
            return new ParseResult.Invalid(e.Message);
        }
    }

    public async ValueTask<Allocation> AllocateAsync(EffectiveUser user, AllocationContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var options = user.GetOptions<MboxOptions>();
        var template = TemplateOf(options);
        var maker = new PlaceMaker(_services.Roots, _services.Logger);
        try
        {
            var place = await _workers.RunAsync(() => maker.Make(user, template, options.Path != _options.Path, context.AllocationId));
            return place.ToAllocation(context);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TemporaryFailureException(e.Message, e) { StorageFull = Posix.IsFull(e) };
        }
    }

    public async ValueTask ReleaseAsync(UserRecord? current, Allocation lost, CancellationToken cancellationToken)
    {
        // a place that the administrator named is left: the next attempt takes it over
        if (MailboxPlace.Parse("", lost).Place is not { IsNamed: false } place)
            return;
        if (current?.Allocation is { } counts && MailboxPlace.Parse("", counts).Place?.File == place.File)
            return;
        var remover = new PlaceRemover(place, _services);
        try
        {
            await _boxes.Of(place.File).UseAsync(isShared: false, (file, _) => remover.Release(file), cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TemporaryFailureException(e.Message, e);
        }
    }

    public async IAsyncEnumerable<Finding> InspectUserAsync(EffectiveUser user, Sdk.Inspection inspection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Parse(user) is not ParseResult.Ready { Mailbox: MboxMailbox mailbox })
            yield break;
        foreach (var finding in await mailbox.InspectAsync(user, _template.Root, inspection, cancellationToken))
            yield return finding;
    }

    public IAsyncEnumerable<Finding> InspectPlacesAsync(IUserRecords records, Sdk.Inspection inspection, CancellationToken cancellationToken) =>
        new RootInspector(_template, _boxes, _services, records, inspection).InspectAsync(cancellationToken);

    public void Dispose() => _workers.Dispose();

    private MboxTemplate TemplateOf(MboxOptions options) => options.Path == _options.Path ? _template : MboxTemplate.Parse(options.Path, _context);
}
