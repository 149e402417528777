namespace MailStore.Host.Configuration;

/// <summary>Checks the settings of domains against the options of the MDAs, once their classes are known.</summary>
internal static class DomainChecker
{
    /// <summary>
    /// Each key of a domain (but the host's, which were checked when the file was read) has to be a user setting of the MDA that the domain names, or else
    /// of one of the configured MDAs; its value must be right for every one of these that has it.
    /// </summary>
    /// <param name="mdas">The options classes by instance; one without options may be left out.</param>
    public static void CheckDomains(HostConfiguration configuration, IReadOnlyDictionary<string, Type> mdas, ICollection<Mistake> mistakes)
    {
        foreach (var domain in configuration.Domains.Values)
        {
            var named = domain.FindValue(HostKeys.Mda)?.Value as string;
            var used = named is null ? mdas : mdas.Where(mda => mda.Key == named).ToDictionary();
            new Check(named, used, mistakes).Run(domain, domain, "");
        }
    }

    private sealed class Check(string? named, IReadOnlyDictionary<string, Type> mdas, ICollection<Mistake> mistakes)
    {
        private readonly List<(string Mda, OptionsSchema Schema)> _schemas = [.. mdas.Select(mda => (mda.Key, OptionsSchema.For(mda.Value)))];

        public void Run(ConfigTable domain, ConfigTable table, string prefix)
        {
            foreach (var entry in table.Entries)
            {
                var key = prefix + entry.Key;
                if (entry.Value is UnreadableValue || HostKeys.IsHostKey(key))
                    continue;
                if (entry.Value is ConfigTable nested && _schemas.Exists(schema => schema.Schema.HasTable(key)))
                    Run(domain, nested, key + ".");
                else
                    CheckSetting(domain, entry, key);
            }
        }

        private void CheckSetting(ConfigTable domain, ConfigEntry entry, string key)
        {
            var isSetting = false;
            var errors = new List<string>();
            foreach (var (mda, schema) in _schemas)
            {
                if (!schema.Paths.TryGetValue(key, out var path) || !path[^1].IsUserSetting)
                    continue;
                isSetting = true;
                if (TableBinding.Check(path[^1], Holder(schema, path), entry.Value) is { } error)
                    errors.Add($"'{key}' {(path[^1].IsSecret ? "has a value that is not allowed" : error)}{(_schemas.Count > 1 ? $" (mda '{mda}')" : "")}");
            }

            foreach (var error in errors)
                mistakes.Add(entry.Mistake(error));
            if (!isSetting)
                mistakes.Add(entry.Mistake(Unknown(domain, key)));
        }

        private string Unknown(ConfigTable domain, string key)
        {
            var whose = named is null ? "any configured MDA" : $"mda '{named}'";
            if (_schemas.Find(schema => schema.Schema.Paths.ContainsKey(key)) is { Mda: not null } owner)
                return $"'{key}' of mda '{owner.Mda}' cannot be set for a domain, only in its own table";
            var candidates = _schemas.SelectMany(schema => schema.Schema.UserSettings).Concat(HostKeys.InDomain);
            return $"{domain.Name(key)} is not a setting of {whose}{Suggestion.Ask(key, candidates)}";
        }

        /// <summary>The object that holds the option: annotations of a module's own may look at it.</summary>
        private static object Holder(OptionsSchema schema, OptionProperty[] path)
        {
            var holder = schema.Create();
            foreach (var step in path.AsSpan(0, path.Length - 1))
                holder = step.GetOrCreate(holder);
            return holder;
        }
    }
}
