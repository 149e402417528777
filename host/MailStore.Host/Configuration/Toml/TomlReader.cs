using Tomlyn;
using Tomlyn.Parsing;
using Tomlyn.Syntax;

namespace MailStore.Host.Configuration;

/// <summary>
/// Reads TOML (v1.0.0) into tables that know where each key stands. Strict: a key or table that comes twice is a mistake, and so is what no
/// option here can hold. Reads on after a mistake, so that all are told in one go; what the mistake touches becomes <see cref="UnreadableValue"/>.
/// </summary>
internal sealed class TomlReader
{
    /// <summary>More levels than any option has; keeps a hostile file from costing more than its size.</summary>
    private const int MostLevels = 16;

    private readonly string _file;
    private readonly ICollection<Mistake> _mistakes;
    private readonly SyntaxMistakes _syntax;

    private TomlReader(string file, SyntaxMistakes syntax, ICollection<Mistake> mistakes)
    {
        _file = file;
        _syntax = syntax;
        _mistakes = mistakes;
    }

    /// <param name="file">The name for messages.</param>
    public static ConfigTable Read(string text, string file, ICollection<Mistake> mistakes)
    {
        var top = new TableBuilder(new ConfigTable("", file, 1, 1), "", TableOrigin.Header);
        DocumentSyntax document;
        try
        {
            // the parser throws where a text ends within an escape: a line end makes that a mistake like any other
            document = SyntaxParser.Parse(text.EndsWith('\n') ? text : text + "\n", file, validate: false);
        }
        catch (TomlException e)
        {
            // the parser gives up where values are nested too deeply
            mistakes.Add(new Mistake(file, e.Line ?? 1, e.Column ?? 1, "values are nested too deeply"));
            return top.Table;
        }

        var syntax = SyntaxMistakes.Of(document, text, file);
        foreach (var mistake in syntax.Mistakes)
            mistakes.Add(mistake);
        new TomlReader(file, syntax, mistakes).ReadDocument(document, top);
        return top.Table;
    }

    private void ReadDocument(DocumentSyntax document, TableBuilder top)
    {
        foreach (var pair in document.KeyValues)
            ReadPair(pair, top);
        foreach (var syntax in document.Tables)
        {
            if (OpenTable(syntax, top) is not { } table)
                continue;
            foreach (var pair in syntax.Items)
                ReadPair(pair, table);
        }
    }

    private TableBuilder? OpenTable(TableSyntaxBase syntax, TableBuilder top)
    {
        var keys = Keys(syntax.Name);
        if (keys.Count == 0)
            return null;
        var bracket = syntax.OpenBracket?.Span.Start ?? syntax.Span.Start;
        var place = keys[^1] with { Line = bracket.Line + 1, Column = bracket.Column + 1 };
        var parent = top;
        foreach (var key in keys.SkipLast(1))
        {
            if (parent.FindTable(key.Name) is { } known)
            {
                if (known.Origin == TableOrigin.Inline)
                    return Refuse(place, $"{known.Table.Title} is closed by its braces at {At(known)}; put the keys there");
                parent = known;
            }
            else if (parent.FindRival(key.Name, isTable: true) is { } rival)
            {
                return Refuse(place, $"{parent.Table.Name(key.Name)} is a value already, at ({rival.Line},{rival.Column}), and no table");
            }
            else
            {
                parent = parent.AddTable(key with { Line = place.Line, Column = place.Column }, _file, TableOrigin.Implied);
            }
        }

        return OpenLast(syntax, parent, place);
    }

    private TableBuilder? OpenLast(TableSyntaxBase syntax, TableBuilder parent, TomlKey key)
    {
        if (syntax is TableArraySyntax)
        {
            var path = string.Join('.', Keys(syntax.Name).Select(part => TomlText.Key(part.Name)));
            return Refuse(key, $"nothing here comes as a list of tables; write [{path}]");
        }

        var known = parent.FindTable(key.Name);
        if (known is { Origin: TableOrigin.Implied })
        {
            known.GiveHeader();
            return known;
        }

        if (known is not null)
        {
            // its keys are read all the same, so that those that come twice are told too
            Tell(key, $"duplicate table {known.Table.Title}; the first is at {At(known)}");
            return known.Origin == TableOrigin.Inline ? null : known;
        }

        if (parent.FindRival(key.Name, isTable: true) is { } rival)
            return Refuse(key, $"{parent.Table.Name(key.Name)} is a value already, at ({rival.Line},{rival.Column}), and no table");
        return parent.AddTable(key, _file, TableOrigin.Header);
    }

    private void ReadPair(KeyValueSyntax pair, TableBuilder table)
    {
        var keys = Keys(pair.Key);
        if (keys.Count == 0)
            return;
        foreach (var key in keys.SkipLast(1))
        {
            if (table.FindTable(key.Name) is { } known)
            {
                if (known.Origin is TableOrigin.Inline or TableOrigin.Header)
                {
                    Tell(key, $"{known.Table.Title} is complete at {At(known)}; put the key there");
                    return;
                }

                table = known;
            }
            else if (table.FindRival(key.Name, isTable: true) is { } rival)
            {
                Tell(key, $"{table.Table.Name(key.Name)} is a value already, at ({rival.Line},{rival.Column}), and no table");
                return;
            }
            else
            {
                table = table.AddTable(key, _file, TableOrigin.Dotted);
            }
        }

        AddValue(table, keys[^1], pair);
    }

    private void AddValue(TableBuilder table, TomlKey key, KeyValueSyntax pair)
    {
        var isTable = pair.Value is InlineTableSyntax;
        if (table.FindRival(key.Name, isTable) is { } rival)
        {
            Tell(key, $"duplicate key {table.Table.Name(key.Name)}; the first is at ({rival.Line},{rival.Column})");
        }
        else if (_syntax.Touches(pair.Span))
        {
            table.Add(new ConfigEntry(key.Name, UnreadableValue.Instance, _file, key.Line, key.Column));
        }
        else if (pair.Value is InlineTableSyntax inline)
        {
            ReadInline(inline, table.AddTable(key, _file, TableOrigin.Dotted));
        }
        else
        {
            table.Add(new ConfigEntry(key.Name, Value(pair.Value, key), _file, key.Line, key.Column));
        }
    }

    private void ReadInline(InlineTableSyntax inline, TableBuilder table)
    {
        foreach (var item in inline.Items)
        {
            if (item.KeyValue is { } pair)
                ReadPair(pair, table);
        }

        table.Close();
    }

    private object Value(ValueSyntax? value, TomlKey key)
    {
        switch (value)
        {
            case StringValueSyntax text:
                return text.Value ?? "";
            case IntegerValueSyntax number:
                return number.Value;
            case FloatValueSyntax number:
                return number.Value;
            case BooleanValueSyntax flag:
                return flag.Value;
            case ArraySyntax array:
                return array.Items.Select(item => Value(item.Value, key)).ToArray() is var items && items.Contains(UnreadableValue.Instance)
                    ? UnreadableValue.Instance
                    : items;
            case InlineTableSyntax inline:
                var table = new TableBuilder(new ConfigTable($"{{{key.Name}}}", _file, key.Line, key.Column), key.Name, TableOrigin.Dotted);
                ReadInline(inline, table);
                return table.Table;
            case DateTimeValueSyntax:
                Tell(key, $"'{key.Name}' is a date, which no option takes; put quotes around it if it is text");
                return UnreadableValue.Instance;
            default:
                return UnreadableValue.Instance;
        }
    }

    private List<TomlKey> Keys(KeySyntax? syntax)
    {
        var keys = new List<TomlKey>();
        if (syntax?.Key is null)
            return keys;
        Add(syntax.Key);
        foreach (var dotted in syntax.DotKeys)
        {
            if (dotted.Key is null)
                return []; // told as a mistake of syntax
            if (keys.Count == MostLevels)
            {
                Tell(keys[0], $"no key here has more than {MostLevels} levels");
                return [];
            }

            Add(dotted.Key);
        }

        return keys;

        void Add(BareKeyOrStringValueSyntax part)
        {
            var name = part is StringValueSyntax quoted ? quoted.Value : (part as BareKeySyntax)?.Key?.Text;
            keys.Add(new TomlKey(name ?? "", part.Span.Start.Line + 1, part.Span.Start.Column + 1));
        }
    }

    private static string At(TableBuilder table) => $"({table.Table.Line},{table.Table.Column})";

    private void Tell(TomlKey key, string message)
    {
        if (!_syntax.TouchesLine(key.Line))
            _mistakes.Add(new Mistake(_file, key.Line, key.Column, message));
    }

    private TableBuilder? Refuse(TomlKey key, string message)
    {
        Tell(key, message);
        return null;
    }
}
