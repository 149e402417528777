using System.Reflection;
using System.Text;

namespace MailStore.Sdk.Tests;

/// <summary>Writes the public surface of an assembly as text, one member a line, in a fixed order.</summary>
internal static class PublicApi
{
    public static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            var bases = new[] { type.BaseType }.Concat(type.GetInterfaces()).Where(b => b is not null && b != typeof(object)).Select(b => Name(b!));
            text.Append(Kind(type)).Append(' ').Append(Name(type)).Append(" : ").AppendJoin(", ", bases.Order(StringComparer.Ordinal)).Append('\n');
            const BindingFlags own = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
            foreach (var line in type.GetMembers(own).Select(Describe).OfType<string>().Order(StringComparer.Ordinal))
                text.Append("    ").Append(line).Append('\n');
        }

        return text.ToString();
    }

    private static string Kind(Type type) =>
        type.IsInterface ? "interface" : type.IsEnum ? "enum" : type.IsValueType ? "struct" : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";

    private static string? Describe(MemberInfo member) => member switch
    {
        MethodBase method when !IsVisible(method) || method.Name.StartsWith('<') => null,
        MethodBase method => $"{(method.IsStatic ? "static " : "")}{(method is MethodInfo m ? Name(m.ReturnType) + " " : "")}{method.Name}({string.Join(", ", method.GetParameters().Select(Parameter))})",
        FieldInfo { IsPublic: true } field => $"{(field.IsLiteral ? $"const {field.Name} = {field.GetRawConstantValue()}" : $"{Name(field.FieldType)} {field.Name}")}",
        _ => null,
    };

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static string Parameter(ParameterInfo parameter) => $"{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? " = " + (parameter.DefaultValue ?? "null") : "")}";

    private static string Name(Type type)
    {
        if (!type.IsGenericType)
            return type.FullName ?? type.Name;
        var name = type.GetGenericTypeDefinition().FullName!;
        return $"{name[..name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }
}
