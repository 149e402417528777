using System.Reflection;
using System.Runtime.Loader;
using MailStore.Sdk;
using Microsoft.Extensions.Logging;

namespace MailStore.Host.Modules;

/// <summary>Knows what the constructor of a module's class asks for, and calls it.</summary>
internal sealed class ModuleActivator
{
    private readonly ConstructorInfo _constructor;

    private ModuleActivator(ConstructorInfo constructor, Type? optionsType)
    {
        _constructor = constructor;
        OptionsType = optionsType;
    }

    /// <summary>The module's class.</summary>
    public Type Implementation => _constructor.DeclaringType!;

    /// <summary>The class of the module's options; null if it has none.</summary>
    public Type? OptionsType { get; }

    /// <summary>Looks at a class; runs none of its code.</summary>
    /// <param name="problem">What the host cannot do with it; null if it can be constructed.</param>
    public static ModuleActivator? Of(Type type, out string? problem)
    {
        problem = type.IsAbstract ? "is abstract" : null;
        var constructors = type.GetConstructors();
        if (constructors.Length != 1)
            problem ??= $"has {constructors.Length} public constructors; one is needed";
        if (problem is not null)
            return null;

        Type? options = null;
        foreach (var parameter in constructors[0].GetParameters().Where(parameter => !IsService(parameter.ParameterType)))
        {
            if (IsOptions(parameter.ParameterType, type) && options is null)
                options = parameter.ParameterType;
            else if (!parameter.HasDefaultValue)
                problem ??= $"asks in its constructor for {parameter.ParameterType} {parameter.Name}; the host gives one class of options of the plugin's own, ILogger<T>, TimeProvider and ModuleContext";
        }

        return problem is null ? new ModuleActivator(constructors[0], options) : null;
    }

    /// <summary>Constructs a module. Runs the module's code: to be called across its boundary only.</summary>
    /// <param name="options">An instance of <see cref="OptionsType"/>, or null.</param>
    public object Create(object? options, ModuleContext context, ILoggerFactory loggerFactory, TimeProvider clock)
    {
        var arguments = _constructor.GetParameters().Select(parameter => parameter.ParameterType switch
        {
            var type when type == OptionsType => options,
            var type when type == typeof(ModuleContext) => context,
            var type when type == typeof(TimeProvider) => clock,
            var type when type == typeof(ILoggerFactory) => loggerFactory,
            var type when type == typeof(ILogger) => loggerFactory.CreateLogger(_constructor.DeclaringType!.FullName!),
            var type when IsTypedLogger(type) => Activator.CreateInstance(typeof(Logger<>).MakeGenericType(type.GenericTypeArguments), loggerFactory),
            _ => parameter.DefaultValue,
        });
        return _constructor.Invoke(BindingFlags.DoNotWrapExceptions, null, [.. arguments], null);
    }

    private static bool IsService(Type type) =>
        type == typeof(ModuleContext) || type == typeof(TimeProvider) || type == typeof(ILoggerFactory) || type == typeof(ILogger) || IsTypedLogger(type);

    private static bool IsTypedLogger(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ILogger<>);

    private static bool IsOptions(Type type, Type module) =>
        type is { IsClass: true, IsAbstract: false, ContainsGenericParameters: false }
        && type.GetConstructor(Type.EmptyTypes) is not null
        && AssemblyLoadContext.GetLoadContext(type.Assembly) == AssemblyLoadContext.GetLoadContext(module.Assembly);
}
