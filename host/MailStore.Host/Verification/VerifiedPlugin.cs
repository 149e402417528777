using MailStore.Host.Configuration;
using MailStore.Host.Modules;
using MailStore.Sdk;
using MailStore.Sdk.Conformance;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Verification;

/// <summary>One module of a plugin, loaded as <c>serve</c> loads it, of which any number of instances can be had at any place.</summary>
internal sealed class VerifiedPlugin(ModuleBinding binding, ILoggerFactory loggerFactory)
{
    // the kit's own limit for a case is longer, so that the message of the boundary, which knows the call, is the one that is seen
    private static readonly ModulesOptions Limits = new() { CallTimeout = TimeSpan.FromSeconds(20) };

    private readonly ModuleConstructor _constructor = new(Limits, loggerFactory, loggerFactory.CreateLogger("MailStore.Modules"), TimeProvider.System);

    public ModuleBinding Binding => binding;

    /// <summary>Finds, loads and binds a module.</summary>
    /// <param name="section">What the configuration says of it.</param>
    /// <param name="mistakes">Gets what is wrong.</param>
    /// <returns>Null if something is wrong.</returns>
    public static VerifiedPlugin? Load(PluginStore store, PluginFile plugin, PluginModule module, ModuleSection section, ILoggerFactory loggerFactory, ICollection<Mistake> mistakes)
    {
        if (new ModuleBinder(store).Open(plugin, module, out var problem) is not { } activator)
        {
            mistakes.Add(section.Mistake(problem!.ToString()));
            return null;
        }

        var before = mistakes.Count;
        var options = BindOptions(activator.OptionsType, section, mistakes);
        return mistakes.Count > before ? null : new VerifiedPlugin(new ModuleBinding(section, plugin, module, activator, options), loggerFactory);
    }

    /// <summary>Constructs an instance.</summary>
    /// <exception cref="ConformanceException">It cannot be constructed.</exception>
    public async ValueTask<ModuleInstance> ConstructAsync(ModuleContext place)
    {
        // each has options of its own, as in a process of its own
        var own = binding with { Options = BindOptions(binding.Activator.OptionsType, binding.Section, []) };
        var (instance, problem) = await _constructor.ConstructAsync(own, new ModuleContext(binding.Section.Instance, place.DataDirectory));
        return instance ?? throw new ConformanceException(problem!);
    }

    public async ValueTask<OpenedModule<TContract>> OpenAsync<TContract>(ModuleContext place)
        where TContract : class => new VerifiedModule<TContract>(await ConstructAsync(place));

    /// <summary>The options that are paths beginning with <c>/</c>: the module would work there, and not in a scratch place.</summary>
    public IReadOnlyList<string> AbsolutePaths()
    {
        if (binding.Activator.OptionsType is not { } type)
            return [];
        var given = binding.Section.Table is { } table ? SettingsLayer.FromDomain("", table).Values : [];
        return [.. OptionsDescription.For(type)
            .Select(option => (option.Key, Value: given.LastOrDefault(value => value.Key == option.Key).Value ?? option.DefaultText.Trim('"')))
            .Where(option => option.Value.StartsWith('/'))
            .Select(option => $"{option.Key} = \"{option.Value}\"")];
    }

    private static object? BindOptions(Type? type, ModuleSection section, ICollection<Mistake> mistakes) =>
        type is null ? null : OptionsBinder.Bind(type, section.OptionsTable, mistakes);
}
