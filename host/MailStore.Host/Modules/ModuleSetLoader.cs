using MailStore.Host.Configuration;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Modules;

/// <summary>Makes a <see cref="ModuleSet"/> of a configuration, or tells all its mistakes. Used once.</summary>
internal sealed class ModuleSetLoader(HostConfiguration configuration, ILoggerFactory loggerFactory, ILogger logger, TimeProvider clock, ModuleRoster roster)
{
    private readonly List<Mistake> _mistakes = [.. configuration.Mistakes];
    private readonly ModuleConstructor _constructor = new(configuration.Options.Modules, loggerFactory, logger, clock, roster);

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
            if (configuration.Options.UserdbReadOnly)
            {
                foreach (var users in instances.Select(instance => instance.Guarded).OfType<GuardedUserDatabase>())
                    users.IsReadOnly = true;
                logger.UsersAreReadOnly();
            }

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

    /// <summary>Whether the user database can do what creator and MDAs need of it, and the creator what the database needs of it.</summary>
    private void CheckRequirements(List<ModuleInstance> instances, ModuleChooser chooser)
    {
        if (instances.Find(instance => instance.Identity.Kind == ModuleKind.Userdb)?.Guarded is not IUserDatabase users)
            return; // told already
        foreach (var instance in instances)
        {
            var section = configuration.Modules.First(section => section.Kind == instance.Identity.Kind && section.Instance == instance.Identity.Instance);
            if (instance.Guarded is ISingleHostCreator && users is ISharedUserDatabase)
            {
                chooser.Tell(section, $"{instance.Identity.Title} serves one host only, and userdb '{configuration.Options.Userdb}' is shared by several: two of them could allocate the same user at once, and mail in the place of the first would be seen by nobody; choose a creator that keeps hosts apart, such as creator = \"trial\", or a userdb of this host alone");
            }

            if (instance.IsForOneHost && users is ISharedUserDatabase)
                logger.KeptByOneHost(instance.Identity.Title, configuration.Options.Userdb);

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
        var context = new ModuleContext(binding.Section.Instance, configuration.DataDirectory);
        // blocks at the start, where nothing else runs yet
        var (instance, problem) = _constructor.ConstructAsync(binding, context).AsTask().GetAwaiter().GetResult();
        if (problem is not null)
            chooser.Tell(binding.Section, problem);
        return instance;
    }
}
