using MailStore.Sdk;

namespace MailStore.Host.Configuration;

/// <summary>The types that an options class may use.</summary>
internal static class OptionConverters
{
    public const string Supported = "bool, numbers, string, enums, TimeSpan, ByteSize, lists and arrays of these, and nested classes";

    private static readonly Dictionary<Type, OptionConverter> Simple = new()
    {
        [typeof(string)] = new TextConverter(),
        [typeof(bool)] = new BoolConverter(),
        [typeof(TimeSpan)] = new DurationConverter(),
        [typeof(ByteSize)] = new SizeConverter(),
        [typeof(byte)] = new IntegerConverter(typeof(byte), byte.MinValue, byte.MaxValue),
        [typeof(sbyte)] = new IntegerConverter(typeof(sbyte), sbyte.MinValue, sbyte.MaxValue),
        [typeof(short)] = new IntegerConverter(typeof(short), short.MinValue, short.MaxValue),
        [typeof(ushort)] = new IntegerConverter(typeof(ushort), ushort.MinValue, ushort.MaxValue),
        [typeof(int)] = new IntegerConverter(typeof(int), int.MinValue, int.MaxValue),
        [typeof(uint)] = new IntegerConverter(typeof(uint), uint.MinValue, uint.MaxValue),
        [typeof(long)] = new IntegerConverter(typeof(long), long.MinValue, long.MaxValue),
        [typeof(ulong)] = new IntegerConverter(typeof(ulong), ulong.MinValue, ulong.MaxValue),
        [typeof(double)] = new NumberConverter(typeof(double)),
        [typeof(float)] = new NumberConverter(typeof(float)),
        [typeof(decimal)] = new NumberConverter(typeof(decimal)),
    };

    /// <summary>The converter for a type, or null if it is none that an option may have, or a nested class.</summary>
    /// <param name="type">Not a nullable value type: that is the property's matter.</param>
    public static OptionConverter? For(Type type)
    {
        if (Simple.TryGetValue(type, out var converter))
            return converter;
        if (type.IsEnum)
            return new EnumConverter(type);
        return ItemType(type) is { } itemType && For(itemType) is { } items and not ListConverter ? new ListConverter(items, itemType, type.IsArray) : null;
    }

    private static Type? ItemType(Type type)
    {
        if (type.IsArray)
            return type.GetArrayRank() == 1 ? type.GetElementType() : null;
        if (!type.IsGenericType || type.GetGenericArguments().Length != 1)
            return null;
        var item = type.GetGenericArguments()[0];
        return type.IsAssignableFrom(typeof(List<>).MakeGenericType(item)) ? item : null;
    }
}
