namespace MailStore.Host.Modules;

/// <summary>A plugin that <c>modules.lock</c> pins must be what it was: each file the same, none missing, none new.</summary>
/// <param name="isRequired">Whether one that is not pinned is refused, too.</param>
internal sealed class PinCheck(bool isRequired) : IPluginCheck
{
    private const int MostTold = 5;

    public PluginProblem? Check(PluginFile plugin, PluginMetadata metadata)
    {
        if (plugin.Pin is not { } pin)
        {
            return !isRequired ? null : new PluginProblem(
                $"{plugin.Path} is not pinned in {ModulesLock.FileName}, and pins are required ([modules] pins)", $"if you trust it, run 'mailstore module pin {plugin.Name}'");
        }

        var differences = pin.DifferencesTo(FileHashes.Of(Path.GetDirectoryName(plugin.Path)!, plugin.Files));
        if (differences.Count == 0)
            return null;
        var told = string.Join(", ", differences.Take(MostTold)) + (differences.Count > MostTold ? $" and {differences.Count - MostTold} more" : "");
        return new PluginProblem(
            $"the plugin '{plugin.Name}' is not what {ModulesLock.FileName} pinned on {pin.Pinned:yyyy-MM-dd}: {told}",
            $"if you changed it yourself, run 'mailstore module pin {plugin.Name}'; else restore its files");
    }
}
