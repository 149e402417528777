namespace MailStore.Host.Configuration;

/// <summary>Writes tables with comments: what each key is for, and where its value came from.</summary>
internal sealed class TomlTableWriter(TextWriter output)
{
    /// <summary>The values of a class, then its nested classes as tables of their own.</summary>
    /// <param name="path">The dotted name of the table; empty for the top level.</param>
    /// <param name="table">What the file says of it; null where it says nothing.</param>
    /// <param name="onlyComment">Keys that are shown, but leave their default in force by not being set.</param>
    public void Write(OptionsSchema schema, object options, string path, ConfigTable? table, params ReadOnlySpan<string> onlyComment)
    {
        foreach (var property in schema.Properties)
        {
            if (property.Nested is null)
                WriteOption(property, property.Get(options), table?.FindValue(property.Key), onlyComment.Contains(property.Key));
        }

        foreach (var property in schema.Properties)
        {
            if (property.Nested is null || property.Get(options) is not { } nested)
                continue;
            var nestedPath = path.Length == 0 ? property.Key : $"{path}.{property.Key}";
            Header(nestedPath, property.Description);
            Write(property.Nested, nested, nestedPath, table?.FindTable(property.Key));
        }
    }

    /// <summary>A table whose options nobody knows, as it stands in the file.</summary>
    public void WriteRaw(ConfigTable table, string path)
    {
        foreach (var entry in table.Entries)
        {
            if (entry.Value is not (ConfigTable or UnreadableValue))
                Line(entry.Key, entry.Value, TomlText.Value(entry.Value), entry, asComment: false);
        }

        foreach (var entry in table.Entries)
        {
            if (entry.Value is not ConfigTable nested)
                continue;
            var nestedPath = $"{path}.{TomlText.Key(entry.Key)}";
            Header(nestedPath, "");
            WriteRaw(nested, nestedPath);
        }
    }

    public void Header(string path, string description)
    {
        output.WriteLine();
        Comment(description);
        output.WriteLine($"[{path}]");
    }

    public void Comment(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            output.WriteLine($"# {string.Concat(line.Select(c => char.IsControl(c) ? ' ' : c))}");
    }

    public void Line(string key, object? value, string toml, ConfigEntry? origin, bool asComment)
    {
        var where = origin is null ? "default" : $"{OneLine(origin.File)}({origin.Line},{origin.Column})";
        var isHidden = value is not (null or "") && Secrets.IsSecret(key, value);
        output.WriteLine(isHidden
            ? $"# {TomlText.Key(key)} = {TomlText.String(Secrets.Shown)}  # {where}; not shown"
            : $"{(asComment ? "# " : "")}{TomlText.Key(key)} = {toml}  # {where}");
    }

    private void WriteOption(OptionProperty property, object? value, ConfigEntry? origin, bool asComment)
    {
        Comment(property.Description);
        if (value is null && (!property.IsNullable || property.IsRequired))
            output.WriteLine($"# {property.Key} =  # {property.Converter!.TypeText}; missing");
        else
            Line(property.Key, value, value is null ? "\"\"" : property.Converter!.ToToml(value), origin, asComment);
    }

    /// <summary>A file's name may hold anything but NUL and '/', a line break too.</summary>
    private static string OneLine(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
