using MailStore.Host.Configuration;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Modules;

/// <summary>Constructs modules, each behind a boundary of its own.</summary>
internal sealed class ModuleConstructor(ModulesOptions options, ILoggerFactory loggerFactory, ILogger logger, TimeProvider clock)
{
    private static readonly CallKind<Func<object>, (object? Module, Exception? Exception)> ConstructCall = new(
        "constructor",
        static (construct, _) => new(Try(construct)),
        patience: Patience.Long);

    /// <summary>Constructs a module across its boundary: on another thread, so that a constructor that never returns is told, too.</summary>
    /// <param name="context">Where it is to work.</param>
    /// <returns>The module, or why there is none.</returns>
    public async ValueTask<(ModuleInstance? Instance, string? Problem)> ConstructAsync(ModuleBinding binding, ModuleContext context)
    {
        var boundary = new ModuleBoundary(binding.Identity, options, logger, clock);
        string problem;
        try
        {
            var (module, exception) = await boundary.CallAsync(
                ConstructCall, null, () => binding.Activator.Create(binding.Options, context, loggerFactory, clock), CancellationToken.None);
            if (module is not null)
                return (new ModuleInstance(module, boundary) { OptionsType = binding.Activator.OptionsType, Table = binding.Section.Table }, null);
            logger.NotConstructed(ForeignException.Tame(exception!), binding.Identity.Title);
            problem = exception is ModuleConfigurationException or TemporaryFailureException
                ? $"{binding.Identity.Title}: {exception.Message}"
                : $"{binding.Identity} cannot be constructed: {ForeignException.Describe(exception!)}; this is for its author to mend (log level Debug tells more)";
        }
        catch (ModuleFaultException fault)
        {
            problem = $"{binding.Identity} cannot be constructed: {fault.Message}";
        }

        boundary.Dispose();
        return (null, problem);
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
}
