using MailStore.Host.Configuration;
using MailStore.Host.Modules;
using MailStore.Sdk;

namespace MailStore.Host.Delivery;

/// <summary>
/// From a record to what it means: which MDA is responsible, which settings are in force, what the MDA says of it. Thread-safe.
/// </summary>
internal sealed class UserDirectory(HostConfiguration configuration, ModuleSet modules)
{
    private const int CachedUsers = 20_000;

    private readonly ParseCache _cache = new(CachedUsers);
    private readonly Dictionary<string, SettingsLayer> _domainLayers =
        configuration.Domains.ToDictionary(domain => domain.Key, domain => SettingsLayer.FromDomain(domain.Key, domain.Value));

    public IUserDatabase Users => modules.Users;

    /// <summary>What the record, else its domain, says for a key of the host; null if neither does.</summary>
    public string? HostSetting(UserRecord record, string key)
    {
        if (record.Settings.TryGetValue(key, out var value))
            return value;
        // told as text, whether it stands there as "false" or as false
        return _domainLayers.GetValueOrDefault(DomainNameOf(record.Name))?.Values.LastOrDefault(setting => setting.Key == key).Value;
    }

    /// <summary>The user who gets mail for names of this one's domain that nobody has; null if the domain has none.</summary>
    public string? CatchAllOf(string name) =>
        _domainLayers.TryGetValue(DomainNameOf(name), out var domain) ? domain.Values.LastOrDefault(setting => setting.Key == HostKeys.CatchAll).Value : null;

    public bool IsEnabled(UserRecord record) =>
        HostSetting(record, HostKeys.Enabled) is not { } text || !HostKeys.TryParseEnabled(text, out var enabled) || enabled;

    /// <summary>The instance of the allocation beats all else; then the record's word, the domain's, the default.</summary>
    public string MdaNameOf(UserRecord record) =>
        record.Allocation?.Mda ?? HostSetting(record, HostKeys.Mda) ?? configuration.Options.Mda;

    /// <summary>What the user's domain says for all its users; null if there is no such table.</summary>
    public ConfigTable? DomainOf(string user) => configuration.Domains.GetValueOrDefault(DomainNameOf(user));

    /// <summary>Parses a record, or remembers what that came to.</summary>
    /// <exception cref="ModuleFaultException">The MDA is broken.</exception>
    public ValueTask<ParsedUser> ParseAsync(UserRecord record, CancellationToken cancellationToken) =>
        _cache.Find(record.Name, record.Version) is { } parsed
            ? new ValueTask<ParsedUser>(parsed)
            : ParseAnewAsync(record, cancellationToken);

    /// <summary>Parses a record that is not (yet) in the database: nothing is remembered.</summary>
    public async ValueTask<ParsedUser> TryParseAsync(UserRecord record, CancellationToken cancellationToken)
    {
        var name = MdaNameOf(record);
        if (!modules.Mdas.TryGetValue(name, out var mda))
        {
            var reason = $"mda '{name}' is not configured; add a table [mda.{name}], or choose another for the user: {string.Join(", ", modules.Mdas.Keys)}";
            return new ParsedUser(record, null, null, new ParseResult.Invalid(reason));
        }

        var mistakes = new List<string>();
        var effective = Merge(record, mda, mistakes);
        if (mistakes.Count > 0)
            return new ParsedUser(record, mda, null, new ParseResult.Invalid(string.Join("; ", mistakes)));
        return new ParsedUser(record, mda, effective, await mda.Agent.ParseAsync(effective, cancellationToken));
    }

    /// <summary>The layers of settings above the module's own, the weakest first.</summary>
    public IReadOnlyList<SettingsLayer> LayersOf(UserRecord record)
    {
        var own = SettingsLayer.FromRecord(record);
        return _domainLayers.TryGetValue(DomainNameOf(record.Name), out var domain) ? [domain, own] : [own];
    }

    /// <summary>The MDA that is responsible; null if it is not configured.</summary>
    public MdaInstance? MdaOf(UserRecord record) => modules.Mdas.GetValueOrDefault(MdaNameOf(record));

    /// <summary>Whether the policy has it that what the record says of a setting does not count.</summary>
    public bool PassesOver(UserRecord record, MdaInstance mda, string key) => configuration.Policy.PassesOver(key, mda.Table, LayersOf(record));

    public string PolicyFor(string key) => configuration.Policy.Text(key);

    private async ValueTask<ParsedUser> ParseAnewAsync(UserRecord record, CancellationToken cancellationToken)
    {
        var parsed = await TryParseAsync(record, cancellationToken);
        _cache.Keep(parsed);
        return parsed;
    }

    private EffectiveUser Merge(UserRecord record, MdaInstance mda, List<string> mistakes)
    {
        var layers = LayersOf(record);
        if (mda.OptionsType is null)
        {
            mistakes.AddRange(layers[^1].Values.Where(setting => !HostKeys.IsHostKey(setting.Key)).Select(setting => $"mda '{mda.Name}' has no settings, but the record sets '{setting.Key}'"));
            return new EffectiveUser(record, null);
        }

        return new EffectiveUser(record, OptionsBinder.BindForUser(mda.OptionsType, mda.Table, layers, mistakes, configuration.Policy));
    }

    /// <summary>Empty for a name without a domain, which is no domain's name.</summary>
    private static string DomainNameOf(string user) => user.LastIndexOf('@') is >= 0 and var at ? user[(at + 1)..] : "";
}
