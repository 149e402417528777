using System.Diagnostics.CodeAnalysis;

namespace MailStore.Host.Configuration;

/// <summary>Turns values of the configuration, and texts of a user's record, into one type of options, and back.</summary>
internal abstract class OptionConverter
{
    /// <summary>As an administrator would say it: <c>size (50M, 1G)</c>.</summary>
    public abstract string TypeText { get; }

    /// <summary>After "list of".</summary>
    public virtual string Plural => TypeText;

    /// <summary>What the option takes, in a sentence: <c>a size such as "50M"</c>.</summary>
    protected abstract string Wanted { get; }

    /// <param name="value">As <see cref="ConfigEntry.Value"/> holds it.</param>
    /// <param name="error">Continues "'key' …": <c>takes true or false, not 5</c>.</param>
    public bool TryConvert(object value, out object? result, [NotNullWhen(false)] out string? error)
    {
        error = null;
        return TryConvertCore(value, out result, ref error) || Fail(value, Hint(value), out error, error);
    }

    /// <summary>Reads a text of a user's record or of the command line.</summary>
    /// <param name="error">Continues "'key' …".</param>
    public bool TryParse(string text, out object? result, [NotNullWhen(false)] out string? error)
    {
        error = null;
        return TryParseCore(text, out result, ref error) || Fail(text, null, out error, error);
    }

    /// <summary>Writes a value so that <see cref="TryConvert"/> reads it back as the same.</summary>
    public abstract string ToToml(object value);

    /// <param name="error">Set where the general "takes …, not …" does not say enough.</param>
    protected abstract bool TryConvertCore(object value, out object? result, ref string? error);

    protected abstract bool TryParseCore(string text, out object? result, ref string? error);

    /// <summary>What the administrator may have meant.</summary>
    protected virtual string? Hint(object value) => null;

    private bool Fail(object value, string? hint, out string error, string? detail)
    {
        error = detail ?? $"takes {Wanted}, not {TomlText.Shown(value)}{(hint is null ? "" : $"; {hint}")}";
        return false;
    }
}
