using System.Globalization;
using MailStore.LiteDb.Mails;
using MailStore.LiteDb.Mails.Content;
using MailStore.LiteDb.Mails.Files;
using MailStore.LiteDb.Mails.Places;
using MailStore.LiteDb.Users;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

[assembly: MailStoreModule("litedb", typeof(LiteDbAgent))]

namespace MailStore.LiteDb.Mails;

/// <summary>
/// The MDA <c>litedb</c>: mail in LiteDB files, one a user or one for all. A mail's record, its content and the usage of its mailbox are one transaction;
/// mails for one file that come together share a transaction and its fsync.
/// </summary>
internal sealed class LiteDbAgent : IMailDeliveryAgent, ISingleHostAgent, IModuleLifetime, IModuleHealth, IAsyncDisposable
{
    private const long LargestMail = 512 << 20;

    private readonly LiteDbAgentOptions _options;
    private readonly ILogger _logger;
    private readonly ModuleContext _context;
    private readonly FileTemplate _template;
    private readonly RootGuard _roots;
    private readonly MailServices _services;

    public LiteDbAgent(LiteDbAgentOptions options, ILogger<LiteDbAgent> logger, TimeProvider clock, ModuleContext context)
        : this(options, logger, clock, context, null)
    {
    }

    /// <summary>For tests: over other files than those on disk.</summary>
    internal LiteDbAgent(LiteDbAgentOptions options, ILogger logger, TimeProvider clock, ModuleContext context, IMailFileOpener? opener)
    {
        if (options.MaxMailSize.Bytes is < 1 or > LargestMail)
            throw new ModuleConfigurationException($"mda.{context.Instance}: 'max_mail_size' cannot be used: {options.MaxMailSize} is not from 1 byte to {new ByteSize(LargestMail)}");
        if (options.MailMemory.Bytes < options.MaxMailSize.Bytes)
            throw new ModuleConfigurationException($"mda.{context.Instance}: 'mail_memory' cannot be used: {options.MailMemory} is less than max_mail_size ({options.MaxMailSize})");
        _options = options;
        _logger = logger;
        _context = context;
        _template = FileTemplate.Parse(options.Path, context);
        _roots = new RootGuard(context);
        _services = new MailServices(
            new MailFiles(opener ?? new DiskOpener(_roots), options, clock, logger), new MailMemory(options.MailMemory.Bytes), _roots, options.MaxMailSize.Bytes);
    }

    public ValueTask StartAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        // users of other places and modules are served
        if (_roots.Find(_template.Root) is { } fault)
            _logger.NotThereAtStart(fault);
        return default;
    }

    public async ValueTask StopAsync(CancellationToken cancellationToken) => await _services.Files.StopAsync(cancellationToken).ConfigureAwait(false);

    public ValueTask<ModuleHealth> CheckHealthAsync(CancellationToken cancellationToken) => new(_roots.Find(_template.Root) is { } fault
        ? ModuleHealth.Unhealthy(fault)
        : ModuleHealth.Healthy(string.Create(CultureInfo.InvariantCulture, $"mail files below {_template.Root}, {_services.Files.OpenCount} of them open")));

    public ParseResult Parse(EffectiveUser user)
    {
        var options = user.GetOptions<LiteDbAgentOptions>();
        if (user.Name.Length > UserKey.MaxLength)
            return new ParseResult.Invalid($"the name '{user.Name}' has {user.Name.Length} characters; mail files take {UserKey.MaxLength}");
        if (user.Allocation is { } allocation)
        {
            var (place, mistake) = MailboxPlace.Parse(user.Name, allocation);
            return place is null
                ? new ParseResult.Invalid(mistake)
                : new ParseResult.Ready(new LiteDbMailbox(place, QuotaLimit.Of(options), options.DetailFolders, _services));
        }

        try
        {
            _ = TemplateOf(options).Expand(user);
            return new ParseResult.Incomplete("mailbox");
        }
        catch (ModuleConfigurationException e)
        {
            return new ParseResult.Invalid(e.Message);
        }
    }

    public async ValueTask<Allocation> AllocateAsync(EffectiveUser user, AllocationContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var template = TemplateOf(user.GetOptions<LiteDbAgentOptions>());
        var file = template.Expand(user);
        var write = new FileWrite<MailboxState>(batch => batch.Make(user.Name, user.Version), cancellationToken)
        {
            CreateBelow = template.Root,
            IsShared = template.IsLiteral,
        };
        var mailbox = await _services.Files.SendAsync(file, write).ConfigureAwait(false);
        return new MailboxPlace(user.Name, user.Version, file, mailbox.Number, template.IsLiteral).ToAllocation(context);
    }

    /// <remarks>
    /// All attempts for one life of a user (name and version) share a mailbox, and of them all only one write of his record can have succeeded. The creator
    /// calls after a fresh read: if that write was one of theirs, the record bears this mailbox, and nothing is touched; if not, none ever will be. And
    /// one that holds mail stays in any case.
    /// </remarks>
    public async ValueTask ReleaseAsync(UserRecord? current, Allocation lost, CancellationToken cancellationToken)
    {
        if (MailboxPlace.Parse(lost) is not { } place || (current?.Allocation is { } counts && place.IsSame(MailboxPlace.Parse(counts))))
            return;
        await new MailboxRemover(place, _services).ReleaseAsync(cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _services.Files.DisposeAsync();

    private FileTemplate TemplateOf(LiteDbAgentOptions options) => options.Path == _options.Path ? _template : FileTemplate.Parse(options.Path, _context);
}
