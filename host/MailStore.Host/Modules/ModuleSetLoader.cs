using MailStore.Host.Configuration;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Modules;

/// <summary>Makes a <see cref="ModuleSet"/> of a configuration, or tells all its mistakes. Used once.</summary>
internal sealed class ModuleSetLoader(HostConfiguration configuration, ILoggerFactory loggerFactory, ILogger logger, TimeProvider clock, ModuleRoster roster)
{
    private static readonly CallKind<Func<object>, (object? Module, Exception? Exception)> ConstructCall = new(
        "constructor",
        static (construct, _) => new(Try(construct)),
        patience: Patience.Long);

    private readonly List<Mistake> _mistakes = [.. configuration.Mistakes];

    public ModuleSet Load()
    {
        var chooser = new ModuleChooser(configuration, _mistakes);
        var plugins = chooser.Discover();
        var store = CreateStore(out var writable);
        var instances = new List<ModuleInstance>();
        try
        {
            foreach (var binding in new ModuleBinder(store).Bind(configuration, plugins, chooser, _mistakes))
            {
                if (writable && configuration.Modules.Contains(binding.Section) && Construct(binding, chooser) is { } instance)
                    instances.Add(instance);
            }

            CheckRequirements(instances, chooser);
            if (_mistakes.Count > 0)
                throw new ConfigurationException(Mistake.Sorted(_mistakes));
            foreach (var plugin in plugins.Where(plugin => plugin.Problem is not null))
                logger.PluginBroken(plugin.Path, plugin.Problem!);
            return new ModuleSet(instances, configuration.Options.Creator, configuration.Options.Userdb, loggerFactory, plugins, store);
        }
        catch
        {
            foreach (var instance in instances)
                instance.DisposeAsync().AsTask().GetAwaiter().GetResult(); // at the start, where nothing else runs yet
            store.Dispose();
            throw;
        }
    }

    private static (object? Module, Exception? Exception) Try(Func<object> construct)
    {
        try
        {
            return (construct(), null);
        }
        catch (Exception exception) // the boundary of a module: told as a mistake, not as a fault of something that runs
        {
            return (null, exception);
        }
    }

    /// <summary>Where the data directory cannot be written a temporary folder serves, so that the other mistakes are told as well.</summary>
    private PluginStore CreateStore(out bool writable)
    {
        try
        {
            writable = true;
            return new PluginStore(RunFolder.Create(configuration.DataDirectory, logger), logger);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            writable = false;
            var message = $"the data directory {configuration.DataDirectory} cannot be written: {exception.Message.TrimEnd('.')}; let the user '{Environment.UserName}' write there, or let 'data_dir' name another place";
            _mistakes.Add(configuration.Root?.Find("data_dir")?.Mistake(message) ?? new Mistake(configuration.File ?? "", 0, 0, message));
            return new PluginStore(RunFolder.CreateTemporary(), logger);
        }
    }

    /// <summary>Whether the user database can do what creator and MDAs need of it.</summary>
    private void CheckRequirements(List<ModuleInstance> instances, ModuleChooser chooser)
    {
        if (instances.Find(instance => instance.Identity.Kind == ModuleKind.Userdb)?.Guarded is not IUserDatabase users)
            return; // told already
        foreach (var instance in instances)
        {
            var section = configuration.Modules.First(section => section.Kind == instance.Identity.Kind && section.Instance == instance.Identity.Instance);
            try
            {
                // blocks at the start, where nothing else runs yet
                if (instance.FindUnmetAsync(users).GetAwaiter().GetResult() is { } unmet)
                    chooser.Tell(section, $"{instance.Identity.Title}: {unmet}");
            }
            catch (ModuleFaultException fault)
            {
                chooser.Tell(section, fault.Message);
            }
        }
    }

    private ModuleInstance? Construct(ModuleBinding binding, ModuleChooser chooser)
    {
        var boundary = new ModuleBoundary(binding.Identity, configuration.Options.Modules, logger, clock);
        roster.Add(binding.Activator.Implementation, boundary);
        var context = new ModuleContext(binding.Section.Instance, configuration.DataDirectory);
        try
        {
            // blocks at the start, where nothing else runs yet; on another thread, so that a constructor that never returns is told, too
            var (module, exception) = boundary.CallAsync(
                ConstructCall, null, () => binding.Activator.Create(binding.Options, context, loggerFactory, clock), CancellationToken.None)
                .AsTask().GetAwaiter().GetResult();
            if (module is not null)
                return new ModuleInstance(module, boundary) { OptionsType = binding.Activator.OptionsType, Table = binding.Section.Table };
            logger.NotConstructed(ForeignException.Tame(exception!), binding.Identity.Title);
            chooser.Tell(binding.Section, exception is ModuleConfigurationException or TemporaryFailureException
                ? $"{binding.Identity.Title}: {exception.Message}"
                : $"{binding.Identity} cannot be constructed: {ForeignException.Describe(exception!)}; this is for its author to mend (log level Debug tells more)");
        }
        catch (ModuleFaultException fault)
        {
            chooser.Tell(binding.Section, $"{binding.Identity} cannot be constructed: {fault.Message}");
        }

        boundary.Dispose();
        return null;
    }
}
