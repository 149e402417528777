namespace MailStore.Host.Configuration;

/// <summary>Puts the settings of a user's domain and of his record over the options of his MDA.</summary>
internal sealed class LayerBinding(OptionsSchema schema, object options, ConfigTable? moduleTable, SettingsPolicy policy, ICollection<string> mistakes)
{
    private HashSet<OptionProperty>? _faulty;
    private IReadOnlyList<SettingsLayer> _layers = [];

    /// <summary>Of the module's table: <c>[mda.maildir]</c>.</summary>
    private string Title => moduleTable?.Title ?? "";

    /// <summary><c>mda 'maildir'</c>.</summary>
    private string Module => Title.Trim('[', ']').Split('.', 2) is [var kind, var name] ? $"{kind} '{name}'" : "this module";

    public void Fill(IReadOnlyList<SettingsLayer> layers)
    {
        _layers = layers;
        foreach (var layer in layers)
        {
            foreach (var (key, value) in layer.Values)
            {
                if (!HostKeys.IsHostKey(key))
                    Put(layer, key, value);
            }
        }

        foreach (var (key, path) in schema.Paths)
        {
            if (path[^1].IsRequired && path[^1].IsUserSetting && _faulty?.Contains(path[^1]) != true && !IsSatisfied(path))
                mistakes.Add($"'{key}' is missing: set it {Places(key)}");
        }
    }

    /// <summary>Where a setting that is missing can be given.</summary>
    private string Places(string key)
    {
        var inTable = Title.Length == 0 ? "" : $", or in {Title}";
        return PassesOver(key)
            ? $"for the user's domain{inTable}; what his record says does not count: {policy.Text(key)}"
            : $"for the user, for his domain{inTable}";
    }

    private bool PassesOver(string key) => policy.PassesOver(key, moduleTable, _layers);

    private void Put(SettingsLayer layer, string key, string text)
    {
        if (!schema.Paths.TryGetValue(key, out var path))
        {
            if (!layer.IgnoreUnknown)
                mistakes.Add($"'{key}' is not a setting of {Module}{Suggestion.Ask(key, schema.UserSettings)}");
            return;
        }

        var property = path[^1];
        if (!property.IsUserSetting)
        {
            if (!layer.IgnoreUnknown)
                mistakes.Add($"'{key}' of {Module} cannot be set for a user, only {(Title.Length == 0 ? "in the configuration" : $"in {Title}")}");
            return;
        }

        if (layer.IsOfRecord && PassesOver(key))
            return;

        var instance = options;
        foreach (var step in path.AsSpan(0, path.Length - 1))
            instance = step.GetOrCreate(instance);
        if (property.TryParse(text, out var value, out var error))
            error = property.Set(instance, value) ?? property.Checks.Check(value, instance);
        if (error is null)
            return;
        (_faulty ??= []).Add(property);
        mistakes.Add(property.IsSecret ? $"'{key}' has a value that is not allowed (set by {layer.Name})" : $"'{key}' {error} (set by {layer.Name})");
    }

    private bool IsSatisfied(OptionProperty[] path)
    {
        object? instance = options;
        foreach (var step in path.AsSpan(0, path.Length - 1))
        {
            instance = step.Get(instance);
            if (instance is null)
                return true; // the class that asks for it is not there
        }

        return path[^1].IsSatisfied(instance, wasGiven: true);
    }
}
