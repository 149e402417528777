using System.Runtime.CompilerServices;
using MailStore.Maildir;
using MailStore.Maildir.Delivery;
using MailStore.Maildir.Inspection;
using MailStore.Maildir.Interop;
using MailStore.Maildir.Journal;
using MailStore.Maildir.Paths;
using MailStore.Maildir.Places;
using MailStore.Maildir.Quota;
using MailStore.Maildir.Reading;
using MailStore.Maildir.Workers;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

[assembly: MailStoreModule("maildir", typeof(MaildirAgent))]

namespace MailStore.Maildir;

/// <summary>Stores mail in Maildirs (https://cr.yp.to/proto/maildir.html) with the folders and the quota of Maildir++.</summary>
public sealed class MaildirAgent : IMailDeliveryAgent, IStorageInspection, IUserDatabaseRequirements, IModuleLifetime, IModuleHealth, IDisposable
{
    // measured: up to 64 connections deliver no faster with more
    private const int MaxWorkers = 32;

    private readonly MaildirOptions _options;
    private readonly ILogger<MaildirAgent> _logger;
    private readonly TimeProvider _clock;
    private readonly ModuleContext _context;
    private readonly PathTemplate _template;
    private readonly UidRange? _uids;
    private readonly RootGuard _roots;
    private readonly WorkerPool _workers;
    private readonly PlaceMaker _maker;
    private readonly PlaceReleaser _releaser;
    private readonly PlaceStates _states = new();
    private readonly FlagsMemory _flags = new();
    private readonly AsideFolder _aside;
    private readonly CurrentJournal _journal;
    private bool _hasSharedUsers;

    /// <summary>Makes the agent; touches no disk.</summary>
    /// <param name="options">Bound and checked.</param>
    /// <param name="logger">For what the results of calls do not tell.</param>
    /// <param name="clock">For names, sweeps and the age of quota files.</param>
    /// <param name="context">The instance, and where relative paths start.</param>
    /// <exception cref="ModuleConfigurationException">The path has a mistake, or options contradict each other.</exception>
    public MaildirAgent(MaildirOptions options, ILogger<MaildirAgent> logger, TimeProvider clock, ModuleContext context)
    {
        _options = options;
        _logger = logger;
        _clock = clock;
        _context = context;
        _template = PathTemplate.Parse(options.Path, context);
        if (!_template.NamesUser)
            throw PathTemplateParser.Mistake(options.Path, "all users would get the same Maildir; put {user} or {local} into it");
        _uids = UidRange.Of(options, context.Instance);
        _roots = new RootGuard(context, _uids is not null);
        _workers = new WorkerPool(context.Instance, MaxWorkers);
        _maker = new PlaceMaker(_roots, _uids, _workers, new PlaceSweeper(_workers, clock, logger), logger);
        _releaser = new PlaceReleaser(logger);
        _aside = new AsideFolder(context);
        JournalStart = new JournalStart(context, _roots, _aside, clock, logger);
        _journal = new CurrentJournal(JournalStart, _aside, _workers, clock, logger);
    }

    /// <summary>How its journal is opened; for tests.</summary>
    internal JournalStart JournalStart { get; }

    /// <summary>Ends when its journal is open, or there is to be none; for tests.</summary>
    internal Task JournalOpening => _journal.Opening;

    /// <inheritdoc/>
    public string? FindUnmet(IUserDatabase users)
    {
        _hasSharedUsers = users is ISharedUserDatabase;
        return _uids is { NeedsSequence: true } && users is not IUserSequences
            ? "a uid for each user is counted by the user database, and the configured one keeps no sequences; set first_uid = last_uid for one uid for all, or choose another userdb"
            : null;
    }

    /// <inheritdoc/>
    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        _uids?.CheckRights();
        try
        {
            await _workers.RunAsync(() => _roots.Ensure(_template.Root), cancellationToken);
        }
        catch (TemporaryFailureException e)
        {
            // users with a forced path, and those of other modules, are served; the others' mail waits at the MTA until the disk is mounted
            PlaceLog.RootMissing(_logger, e.Message);
        }

        // a journal belongs to one server, and where users are shared, mailboxes may be as well: that it is not so only the administrator can say
        var obstacle = _hasSharedUsers && _options.Durability == Durability.Auto
            ? "other servers may share the user database, and with it these Maildirs; if none does, durability = \"journal\" makes one sync of many"
            : null;
        await _journal.StartAsync(_options.Durability, _template.Root, obstacle, cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask StopAsync(CancellationToken cancellationToken)
    {
        _journal.Cancel();
        await _workers.StopAsync(cancellationToken);
        await _journal.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask<ModuleHealth> CheckHealthAsync(CancellationToken cancellationToken) =>
        (await _workers.RunAsync(() => _roots.Find(_template.Root), cancellationToken) ?? _journal.Fault) is { } fault
            ? ModuleHealth.Unhealthy(fault)
            : ModuleHealth.Healthy($"Maildirs below {_template.Root}{await _workers.RunAsync(() => _journal.Note, cancellationToken)}");

    /// <inheritdoc/>
    public ParseResult Parse(EffectiveUser user)
    {
        var options = user.GetOptions<MaildirOptions>();
        if (user.Allocation?.Values.GetValueOrDefault(Allocation.Home) is { Length: > 0 } home)
            return ParseAllocated(user, user.Allocation, home, options);
        try
        {
            _ = TemplateOf(options).Expand(user);
            return new ParseResult.Incomplete(_uids is null ? Allocation.Home : $"{Allocation.Home}, {Allocation.Uid}");
        }
        catch (ModuleConfigurationException e)
        {
            return new ParseResult.Invalid(e.Message);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Allocation> AllocateAsync(EffectiveUser user, AllocationContext context, CancellationToken cancellationToken)
    {
        var options = user.GetOptions<MaildirOptions>();
        var template = TemplateOf(options);
        var isForced = options.Path != _options.Path;
        try
        {
            var place = await _maker.MakeAsync(user, template, isForced, context, cancellationToken);
            return AllocationForm.Write(place, template.IsLiteral, context);
        }
        catch (PosixException e)
        {
            throw e.ToTemporaryFailure();
        }
    }

    /// <inheritdoc/>
    public async ValueTask ReleaseAsync(UserRecord? current, Allocation lost, CancellationToken cancellationToken) =>
        await _workers.RunAsync(() => _releaser.Release(current, lost), cancellationToken);

    /// <inheritdoc/>
    public async IAsyncEnumerable<Finding> InspectUserAsync(EffectiveUser user, Sdk.Inspection inspection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Parse(user) is not ParseResult.Ready { Mailbox: MaildirMailbox mailbox })
            yield break;
        foreach (var finding in await mailbox.InspectAsync(inspection, user.Version, _maker, _template.Root, cancellationToken))
            yield return finding;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<Finding> InspectPlacesAsync(IUserRecords records, Sdk.Inspection inspection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await _workers.RunAsync(_aside.Inspect, cancellationToken) is { } finding)
            yield return finding;
        await foreach (var other in new RootInspector(_template, _roots, _workers, records, inspection, _clock, _logger).InspectAsync(cancellationToken))
            yield return other;
    }

    /// <summary>Lets go of the threads; for a module that was constructed and never started.</summary>
    public void Dispose()
    {
        _workers.Dispose();
        _journal.Dispose();
    }

    private ParseResult ParseAllocated(EffectiveUser user, Allocation allocation, string home, MaildirOptions options)
    {
        if (allocation.Form != AllocationForm.Current)
        {
            return new ParseResult.Invalid(
                $"the allocation of user '{user.Name}' has the form {allocation.Form}, but this version of the module knows {AllocationForm.Current} only; update MailStore on this host");
        }

        if (home.Contains('\0') || !Path.IsPathFullyQualified(home) || Path.GetFullPath(home) != home || home == "/")
            return new ParseResult.Invalid($"the home '{home}' in the allocation of user '{user.Name}' is no absolute, plain path; mend the record");

        var claim = allocation.Values.GetValueOrDefault(AllocationForm.Claim, "");
        var place = new MailboxPlace(user.Name, home, claim, Owner.IdsOf(allocation.Values), QuotaLimit.Of(options), HasDetailFolder(options));
        return new ParseResult.Ready(new MaildirMailbox(place, _states.Of(home), _roots, _flags, _workers, _journal, _clock, _logger));
    }

    // a path with a mistake harms a user no more who has his home already
    private bool HasDetailFolder(MaildirOptions options)
    {
        try
        {
            return TemplateOf(options).HasDetailFolder;
        }
        catch (ModuleConfigurationException)
        {
            return false;
        }
    }

    private PathTemplate TemplateOf(MaildirOptions options) => options.Path == _options.Path ? _template : PathTemplate.Parse(options.Path, _context);
}
