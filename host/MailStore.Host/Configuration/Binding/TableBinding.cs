namespace MailStore.Host.Configuration;

/// <summary>Puts the values of tables into options.</summary>
internal sealed class TableBinding(ICollection<Mistake>? mistakes)
{
    /// <summary>For tables whose mistakes were told before: what is right is taken, the rest left at its default.</summary>
    public static TableBinding Silent { get; } = new(null);

    public void Fill(OptionsSchema schema, object options, ConfigTable table)
    {
        HashSet<OptionProperty>? given = null;
        foreach (var entry in table.Entries)
        {
            if (schema.Find(entry.Key) is { } property)
            {
                if (mistakes is not null)
                    (given ??= []).Add(property);
                Put(property, options, table, entry);
            }
            else if (entry.Value is not UnreadableValue)
            {
                mistakes?.Add(entry.Mistake(Unknown(schema, table, entry)));
            }
        }

        if (mistakes is not null)
            FindMissing(schema, options, table, given ?? []);
    }

    /// <summary>Converts and checks a value without keeping it, for settings of a domain.</summary>
    public static string? Check(OptionProperty property, object instance, object value) =>
        property.TryConvert(value, out var converted, out var error) ? property.Checks.Check(converted, instance) : error;

    private void Put(OptionProperty property, object options, ConfigTable table, ConfigEntry entry)
    {
        if (entry.Value is UnreadableValue)
            return;
        if (property.Nested is { } nested)
        {
            if (entry.Value is ConfigTable inner)
                Fill(nested, property.GetOrCreate(options), inner);
            else
                mistakes?.Add(entry.Mistake($"{table.Name(property.Key)} is a table: write [{Path(table, property.Key)}], and its keys below"));
            return;
        }

        if (!property.TryConvert(entry.Value, out var value, out var error))
            mistakes?.Add(entry.Mistake($"'{property.Key}' {error}"));
        else if ((error = property.Set(options, value) ?? (mistakes is null ? null : property.Checks.Check(value, options))) is not null)
            mistakes?.Add(entry.Mistake(property.IsSecret ? $"'{property.Key}' has a value that is not allowed" : $"'{property.Key}' {error}"));
    }

    private void FindMissing(OptionsSchema schema, object options, ConfigTable table, HashSet<OptionProperty> given)
    {
        foreach (var property in schema.Properties)
        {
            if (given.Contains(property))
            {
                if (property.Nested is null && property.IsRequired && !property.IsSatisfied(options, wasGiven: true)
                    && table.Find(property.Key) is { Value: "" } empty)
                    mistakes!.Add(empty.Mistake($"'{property.Key}' must not be empty{Explanation(property)}"));
                continue;
            }

            // what each user may have of his own is asked for when a user is bound
            if (!property.IsUserSetting && !property.IsSatisfied(options, wasGiven: false))
                mistakes!.Add(table.Mistake($"{table.Name(property.Key)} is missing{Explanation(property)}"));
            else if (property.Nested is { } nested && property.Get(options) is { } inner)
                FindMissing(nested, inner, new ConfigTable($"[{Path(table, property.Key)}]", table.File, table.Line, table.Column), []);
        }
    }

    private static string Explanation(OptionProperty property) => property.Description.Length == 0 ? "" : $": {property.Description}";

    private static string Path(ConfigTable table, string key) => table.Title.Length == 0 ? key : $"{table.Title.Trim('[', ']')}.{key}";

    private static string Unknown(OptionsSchema schema, ConfigTable table, ConfigEntry entry)
    {
        if (entry.Value is ConfigTable inner)
            return $"unknown table {inner.Title}{Suggestion.Ask(entry.Key, schema.Keys)}";
        var question = Suggestion.Ask(entry.Key, schema.Keys);
        if (question.Length == 0 && table.Title.Length > 0 && OptionsSchema.For(typeof(HostOptions)).Find(entry.Key) is { Nested: null })
            question = "; it belongs above the first [table] of the file";
        return $"unknown key {table.Name(entry.Key)}{question}";
    }
}
