using System.Collections.Concurrent;
using System.Reflection;
using MailStore.Sdk;

namespace MailStore.Host.Configuration;

/// <summary>The options of a class as the configuration sees them. Found by reflection once a class.</summary>
internal sealed class OptionsSchema
{
    private static readonly ConcurrentDictionary<Type, OptionsSchema> Known = new();

    private readonly Dictionary<string, OptionProperty> _properties = [];
    private readonly Dictionary<string, OptionProperty[]> _paths = [];
    private readonly List<string> _problems = [];
    private readonly ConstructorInfo? _constructor;

    private OptionsSchema(Type type, IReadOnlyList<Type> within, bool isInUserSettings)
    {
        Type = type;
        _constructor = type.IsAbstract ? null : type.GetConstructor(Type.EmptyTypes);
        if (_constructor is null)
            _problems.Add($"the options class {type.FullName} has no public constructor without parameters");
        var nullability = new NullabilityInfoContext();
        foreach (var property in type.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (property.GetIndexParameters().Length == 0 && property.GetMethod is { IsPublic: true })
                Add(property, nullability, [.. within, type], isInUserSettings);
        }
    }

    public Type Type { get; }

    /// <summary>In the order in which the class declares them.</summary>
    public IReadOnlyCollection<OptionProperty> Properties => _properties.Values;

    public IReadOnlyCollection<string> Keys => _properties.Keys;

    /// <summary>All values, those of nested classes with dotted keys, each with the properties that lead to it.</summary>
    public IReadOnlyDictionary<string, OptionProperty[]> Paths => _paths;

    /// <summary>The keys of <see cref="Paths"/> that a domain or a user's record may set.</summary>
    public IEnumerable<string> UserSettings => _paths.Where(path => path.Value[^1].IsUserSetting).Select(path => path.Key);

    /// <summary>What the author of the class has to mend.</summary>
    public IReadOnlyList<string> Problems => _problems;

    public static OptionsSchema For(Type type) => Known.GetOrAdd(type, static type => new OptionsSchema(type, [], isInUserSettings: false));

    public OptionProperty? Find(string key) => _properties.GetValueOrDefault(key);

    /// <summary>Whether a dotted key is one of a nested class.</summary>
    public bool HasTable(string key) => _paths.Keys.Any(path => path.StartsWith(key + ".", StringComparison.Ordinal));

    /// <exception cref="ModuleConfigurationException">The class cannot be constructed.</exception>
    public object Create()
    {
        if (_constructor is null)
            throw new ModuleConfigurationException(_problems[0] + "; tell its author");
        try
        {
            return _constructor.Invoke(null);
        }
        catch (TargetInvocationException e)
        {
            throw new ModuleConfigurationException(
                $"the options class {Type.FullName} could not be constructed: {(e.InnerException ?? e).Message}", e.InnerException);
        }
    }

    private void Add(PropertyInfo info, NullabilityInfoContext nullability, IReadOnlyList<Type> within, bool isInUserSettings)
    {
        var type = Nullable.GetUnderlyingType(info.PropertyType) ?? info.PropertyType;
        var converter = OptionConverters.For(type);
        var isSettable = info.SetMethod is { IsPublic: true };
        var isUserSetting = isInUserSettings || info.IsDefined(typeof(UserSettingAttribute));
        OptionsSchema? nested = null;
        if (converter is null)
        {
            if (IsPlainClass(type) && !within.Contains(type) && (isSettable || type.GetConstructor(Type.EmptyTypes) is not null))
            {
                nested = new OptionsSchema(type, within, isUserSetting);
                _problems.AddRange(nested._problems);
            }
            else
            {
                _problems.Add($"{Type.Name}.{info.Name} is a {type.Name}; options may be {OptionConverters.Supported}");
                return;
            }
        }
        else if (!isSettable)
        {
            return; // computed from other options
        }

        var isNullable = Nullable.GetUnderlyingType(info.PropertyType) is not null
            || (!type.IsValueType && nullability.Create(info).WriteState == NullabilityState.Nullable);
        var property = new OptionProperty(info, converter, nested, isNullable, isUserSetting);
        if (isUserSetting && within.Count == 1 && HostKeys.IsHostKey(property.Key))
            _problems.Add($"{Type.Name}.{info.Name}: '{property.Key}' is a key of the host in a user's record");
        if (!_properties.TryAdd(property.Key, property))
            _problems.Add($"{Type.Name} has two options with the key '{property.Key}'");
        else if (nested is null)
            _paths.Add(property.Key, [property]);
        else
            AddPaths(property, nested);
    }

    private static bool IsPlainClass(Type type) =>
        type.IsClass && type != typeof(object) && !typeof(System.Collections.IEnumerable).IsAssignableFrom(type) && !typeof(Delegate).IsAssignableFrom(type);

    private void AddPaths(OptionProperty property, OptionsSchema nested)
    {
        foreach (var (key, path) in nested._paths)
            _paths.Add($"{property.Key}.{key}", [property, .. path]);
    }
}
