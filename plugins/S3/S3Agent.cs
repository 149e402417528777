using System.Runtime.CompilerServices;
using Amazon.Runtime;
using Amazon.S3;
using MailStore.S3;
using MailStore.S3.Client;
using MailStore.S3.Delivery;
using MailStore.S3.Inspection;
using MailStore.S3.Keys;
using MailStore.S3.Places;
using MailStore.S3.Quota;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

[assembly: MailStoreModule("s3", typeof(S3Agent))]

namespace MailStore.S3;

/// <summary>Stores mail in a bucket of an S3 server: Amazon's, Ceph's, or another one's.</summary>
public sealed class S3Agent : IMailDeliveryAgent, IStorageInspection, IModuleLifetime, IModuleHealth, IDisposable
{
    private readonly S3Options _options;
    private readonly ILogger<S3Agent> _logger;
    private readonly string _server;
    private readonly PrefixTemplate _template;
    private readonly AWSCredentials _credentials;
    private readonly AmazonS3Client _client;
    private readonly Caller _caller;
    private readonly Conditions _conditions;
    private readonly Withdrawals _withdrawals;
    private readonly PlaceMaker _maker;
    private readonly PlaceReleaser _releaser;
    private readonly UploadSweeper _sweeper;
    private readonly UsageGates _gates;
    private readonly S3Services _services;
    private readonly TimeProvider _clock;
    private readonly CancellationTokenSource _stopping = new();
    private Task _sweeping = Task.CompletedTask;

    /// <summary>Makes the agent; touches no disk and no network.</summary>
    /// <param name="options">Bound and checked.</param>
    /// <param name="logger">For what the results of calls do not tell.</param>
    /// <param name="clock">For time limits and sweeps.</param>
    /// <param name="context">The instance, and where relative paths start.</param>
    /// <exception cref="ModuleConfigurationException">An option has a mistake.</exception>
    public S3Agent(S3Options options, ILogger<S3Agent> logger, TimeProvider clock, ModuleContext context)
    {
        OptionRules.Check(options);
        _options = options;
        _logger = logger;
        _clock = clock;
        _server = S3Client.NameOf(options);
        _template = PrefixTemplate.Parse(options.Prefix);
        if (!_template.NamesUser)
            throw new ModuleConfigurationException($"the prefix '{options.Prefix}' cannot be used: all users would share a place; put {{user}}, or {{domain}} and {{local}}, into it");
        _credentials = S3Client.Credentials(options, context, clock);
        _client = S3Client.Create(options, context, _credentials);
        _caller = new Caller(_server, options.RequestTimeout, options.Timeout, clock, logger);
        _conditions = new Conditions(_client, _caller, options, _server, _template.Root, logger);
        _withdrawals = new Withdrawals(_client, _caller, options, new OpenWithdrawals(WithdrawalFile.Of(context), logger), clock, logger);
        _releaser = new PlaceReleaser(_client, _caller, clock, logger);
        _maker = new PlaceMaker(_client, _caller, options, _conditions, _releaser);
        _sweeper = new UploadSweeper(_client, _caller, options, _template.Root, clock, logger);
        _gates = new UsageGates(clock, logger, _stopping.Token);
        var uploader = new MailUploader(_client, _caller, options, _conditions, _withdrawals, clock);
        _services = new S3Services(_client, _caller, options, clock, _conditions, uploader, new PlaceRemover(_client, _caller));
    }

    /// <inheritdoc/>
    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        S3Client.CheckCredentials(_credentials);
        if (_options.Endpoint.StartsWith("http:", StringComparison.OrdinalIgnoreCase) && !new Uri(_options.Endpoint).IsLoopback)
            S3Log.NotEncrypted(_logger, _server);
        try
        {
            await _conditions.ProbeAsync(cancellationToken);
        }
        catch (CallException e) when (e.Code is "NoSuchBucket" or "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "AccessDenied" or "InvalidBucketName")
        {
            throw new ModuleConfigurationException($"mda.s3: {e.Message}; the bucket must be there, and the keys must allow to list, read, write and remove in it", e);
        }
        catch (CallException e)
        {
            // users of other modules are served; the others' mail waits at the MTA until the server is back
            S3Log.Unreachable(_logger, _server, e.Message);
        }

        _withdrawals.Start();
        _sweeping = Task.Run(() => _sweeper.RunAsync(_stopping.Token), CancellationToken.None);
    }

    /// <inheritdoc/>
    public async ValueTask StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _withdrawals.StopAsync(cancellationToken);
        await _sweeping;
    }

    /// <inheritdoc/>
    public async ValueTask<ModuleHealth> CheckHealthAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var _ in new Bucket(_client, _caller, _options.Bucket).ListAsync(_template.Root, 1, cancellationToken))
                break;
            return ModuleHealth.Healthy($"mails in {_options.Bucket}/{_template.Root} at {_server}");
        }
        catch (CallException e)
        {
            return ModuleHealth.Unhealthy(e.Message);
        }
    }

    /// <inheritdoc/>
    public ParseResult Parse(EffectiveUser user)
    {
        var options = user.GetOptions<S3Options>();
        if (user.Allocation is { } allocation)
            return ParseAllocated(user, allocation, options);
        try
        {
            _ = TemplateOf(options).Expand(user);
            return new ParseResult.Incomplete(PlaceForm.Prefix);
        }
        catch (ModuleConfigurationException e)
        {
            return new ParseResult.Invalid(e.Message);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<Allocation> AllocateAsync(EffectiveUser user, AllocationContext context, CancellationToken cancellationToken)
    {
        var options = user.GetOptions<S3Options>();
        try
        {
            return PlaceForm.Write(await _maker.MakeAsync(user, options.Bucket, TemplateOf(options), context.Current, cancellationToken), context);
        }
        catch (CallException e)
        {
            throw e.ToTemporaryFailure();
        }
    }

    /// <inheritdoc/>
    public async ValueTask ReleaseAsync(UserRecord? current, Allocation lost, CancellationToken cancellationToken)
    {
        if (PlaceForm.Read(lost) is not { } place || (current?.Allocation is { } counts && PlaceForm.Read(counts) == place))
            return;
        try
        {
            await _releaser.ReleaseAsync(place, cancellationToken);
        }
        catch (CallException e)
        {
            throw e.ToTemporaryFailure();
        }
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<Finding> InspectUserAsync(EffectiveUser user, Sdk.Inspection inspection, CancellationToken cancellationToken) =>
        user.Allocation is { } allocation && PlaceForm.Read(allocation) is { } place
            ? GuardAsync(new PlaceInspector(_client, _caller, place, user.Name, _options, inspection, _clock).InspectAsync(cancellationToken), cancellationToken)
            : AsyncEnumerable.Empty<Finding>();

    /// <inheritdoc/>
    public IAsyncEnumerable<Finding> InspectPlacesAsync(IUserRecords records, Sdk.Inspection inspection, CancellationToken cancellationToken) =>
        GuardAsync(new RootInspector(_client, _caller, _options.Bucket, _template, _releaser, records, inspection, _clock).InspectAsync(cancellationToken), cancellationToken);

    /// <summary>Lets go of the connections.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        _withdrawals.Dispose();
        _conditions.Dispose();
        _stopping.Dispose();
        _client.Dispose();
    }

    private static async IAsyncEnumerable<Finding> GuardAsync(IAsyncEnumerable<Finding> findings, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var each = findings.GetAsyncEnumerator(cancellationToken);
        while (true)
        {
            try
            {
                if (!await each.MoveNextAsync())
                    yield break;
            }
            catch (CallException e)
            {
                throw e.ToTemporaryFailure();
            }

            yield return each.Current;
        }
    }

    private ParseResult ParseAllocated(EffectiveUser user, Allocation allocation, S3Options options)
    {
        if (allocation.Form != PlaceForm.Current)
        {
            return new ParseResult.Invalid(
                $"the allocation of user '{user.Name}' has the form {allocation.Form}, but this version of the module knows {PlaceForm.Current} only; update MailStore on this host");
        }

        return PlaceForm.Read(allocation) is { } place
            ? new ParseResult.Ready(new S3Mailbox(place, QuotaLimit.Of(options), options.DetailFolders, _gates.Of(place), _services))
            : new ParseResult.Invalid($"the allocation of user '{user.Name}' has no bucket and prefix that this module could have written; mend the record");
    }

    private PrefixTemplate TemplateOf(S3Options options)
    {
        if (!PlaceForm.IsBucket(options.Bucket))
            throw new ModuleConfigurationException($"'{options.Bucket}' is no name of a bucket; write 3 to 63 lower-case letters, digits, dots and hyphens");
        return options.Prefix == _options.Prefix ? _template : PrefixTemplate.Parse(options.Prefix);
    }
}
