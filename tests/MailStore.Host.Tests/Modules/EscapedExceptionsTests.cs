using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using MailStore.Host.Configuration;
using MailStore.Host.Modules;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace MailStore.Host.Tests.Modules;

/// <summary>Whose an exception is that no boundary saw. With real plugins in load contexts of their own: by these they are told apart.</summary>
public sealed class EscapedExceptionsTests : IDisposable
{
    private readonly ModulesHome _home = new();
    private readonly FakeTimeProvider _clock = new();
    private readonly EscapedExceptions _escaped;

    public EscapedExceptionsTests()
    {
        _escaped = new EscapedExceptions(_home.Log, _clock);
        _home.Roster = _escaped.Roster;
    }

    public void Dispose() => _home.Dispose();

    [Fact]
    public async Task Of_what_several_modules_of_a_plugin_share_all_are_faulted_and_no_module_of_another()
    {
        _home.Add("Idle");
        await using var modules = Load(_home.Mda("misbehaving"), _home.Mda("second", "misbehaving"), _home.Mda("idle"));
        Assert.True(_escaped.Take(Thrown("Escape", "Throw", "x")));
        Assert.Equal(["misbehaving creator", "misbehaving mda", "misbehaving userdb", "second mda"], Faulted(modules));
        var (level, text, exception) = Assert.Single(_home.Log.Entries, entry => entry.Level == LogLevel.Critical);
        Assert.Equal(LogLevel.Critical, level);
        Assert.StartsWith("mda 'misbehaving', mda 'second', creator 'misbehaving', userdb 'misbehaving': an exception escaped", text, StringComparison.Ordinal);
        Assert.IsType<InvalidOperationException>(exception);
    }

    [Fact]
    public async Task Where_a_modules_class_stands_in_the_stack_trace_its_instances_alone_are_faulted()
    {
        await using var modules = Load(_home.Mda("misbehaving"), _home.Mda("second", "misbehaving"));
        Assert.True(_escaped.Take(Thrown("MisbehavingAgent", "Parse", (object?)null)));
        Assert.Equal(["misbehaving mda", "second mda"], Faulted(modules));
    }

    [Fact]
    public async Task An_exception_behind_another_tells_whose_it_is_too()
    {
        await using var modules = Load(_home.Mda("misbehaving"));
        var inner = Thrown("MisbehavingAgent", "Parse", (object?)null);
        Assert.True(_escaped.Take(new AggregateException(new InvalidOperationException("host"), new InvalidOperationException("around", inner))));
        Assert.Equal(["misbehaving mda"], Faulted(modules));
    }

    [Fact]
    public async Task A_library_that_a_plugin_brings_along_is_the_plugins()
    {
        _home.Add("JsonOld");
        _home.Add("Idle");
        await using var modules = Load(_home.Mda("json-old"), _home.Mda("idle"));
                var library = AssemblyLoadContext.GetLoadContext(CodeOf("Json"))!.LoadFromAssemblyName(new AssemblyName("Newtonsoft.Json"));
        var exception = Record.Exception(() => library.GetType("Newtonsoft.Json.JsonConvert")!.GetMethod("DeserializeObject", 0, [typeof(string)])!
            .Invoke(null, BindingFlags.DoNotWrapExceptions, null, ["{"], null));
        Assert.StartsWith("Newtonsoft.", exception!.GetType().FullName, StringComparison.Ordinal);
        Assert.True(_escaped.Take(exception));
        Assert.Equal(["json-old mda"], Faulted(modules));
        // by its class alone, where nothing else tells
        Assert.True(_escaped.Take((Exception)Activator.CreateInstance(exception.GetType())!));
    }

    [Fact]
    public async Task What_no_plugin_stands_in_is_the_hosts_and_faults_no_module()
    {
        await using var modules = Load(_home.Mda("misbehaving"));
        Assert.False(_escaped.Take(Record.Exception(() => int.Parse("x", null))!));
        Assert.False(_escaped.Take(new InvalidOperationException("never thrown")));
        Assert.Empty(Faulted(modules));
        Assert.StartsWith("of the host: ", Assert.Single(_home.Log.Entries, entry => entry.Level == LogLevel.Critical).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_module_let_through_is_its_own_whoever_threw_it()
    {
        _home.Add("JsonOld");
        await using var modules = Load(_home.Mda("json-old"), _home.Mda("misbehaving"));
        var outer = CodeOf("Misbehaving");
        var call = outer.GetType("MailStore.Fixtures.Misbehaviour", throwOnError: true)!.GetMethod("In")!.MakeGenericMethod(typeof(int));
        var options = Activator.CreateInstance(outer.GetType("MailStore.Fixtures.MisbehavingOptions", throwOnError: true)!);
        var inner = () => Call("Json", "JsonAgent", "AllocateAsync", null, null, default(CancellationToken)) is null ? 0 : 1;
        var exception = Record.Exception(() => call.Invoke(null, BindingFlags.DoNotWrapExceptions, null, ["x", options, inner], null));
        Assert.True(_escaped.Take(exception!));
        Assert.DoesNotContain("json-old mda", Faulted(modules));
        Assert.Contains("misbehaving mda", Faulted(modules));
    }

    [Fact]
    public async Task The_log_is_not_flooded()
    {
        await using var modules = Load(_home.Mda("misbehaving"));
        var exception = Thrown("Escape", "Throw", "x");
        for (var second = 0; second < 150; second++)
        {
            _escaped.Take(exception);
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        var told = _home.Log.Entries.Where(entry => entry.Level == LogLevel.Critical).ToList();
        Assert.Equal(3, told.Count);
        Assert.EndsWith("59 more went untold", told[2].Text, StringComparison.Ordinal);
        Assert.Null(told[1].Exception);
        Assert.All(modules.Instances, instance => Assert.Equal(150, instance.Boundary.Faults));
    }

    [Fact]
    public void An_exception_that_cannot_tell_itself_is_taken_all_the_same()
    {
        Assert.False(_escaped.Take(new UnspeakableException()));
        Assert.Single(_home.Log.Entries);
    }

    [Fact]
    public async Task A_task_that_nobody_awaits_faults_nothing_and_is_told_with_its_module()
    {
        await using var modules = Load(_home.Mda("misbehaving"));
        var exception = new AggregateException(Thrown("MisbehavingAgent", "Parse", (object?)null));
        _escaped.TakeUnobserved(exception);
        _escaped.TakeUnobserved(exception);
        Assert.Empty(Faulted(modules));
        var told = Assert.Single(_home.Log.Entries, entry => entry.Level == LogLevel.Warning);
        Assert.StartsWith("mda 'misbehaving': a task failed that nobody awaits: NullReferenceException", told.Text, StringComparison.Ordinal);
    }

    private ModuleSet Load(params ModuleSection[] mdas) => _home.Load(mdas);

    private static List<string> Faulted(ModuleSet modules) =>
    [
        .. modules.Instances.Where(instance => instance.Boundary.IsFaulted)
            .Select(instance => $"{instance.Identity.Instance} {instance.Identity.Kind.ToText()}").Order(StringComparer.Ordinal),
    ];

    /// <summary>Has code of the plugin of the fixtures throw.</summary>
    private Exception Thrown(string type, string method, params object?[] arguments) =>
        Record.Exception(() => Call("Misbehaving", type, method, arguments)) ?? throw new InvalidOperationException($"{method} did not throw");

    private object? Call(string plugin, string type, string method, params object?[] arguments)
    {
        var code = CodeOf(plugin).GetType($"MailStore.Fixtures.{type}", throwOnError: true)!;
        var called = code.GetMethod(method, BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)!;
        var target = called.IsStatic ? null : RuntimeHelpers.GetUninitializedObject(code);
        return called.Invoke(target, BindingFlags.DoNotWrapExceptions, null, arguments, null);
    }

    /// <summary>The assembly as this test's modules have it: other tests load the same plugin.</summary>
    private Assembly CodeOf(string plugin) => AssemblyLoadContext.All.SelectMany(context => context.Assemblies).Single(
        assembly => assembly.GetName().Name == $"MailStore.Fixtures.{plugin}" && assembly.Location.StartsWith(_home.DataDirectory, StringComparison.Ordinal));

    private sealed class UnspeakableException : Exception
    {
        public override string Message => throw new InvalidOperationException("not even this");

        public override string ToString() => throw new InvalidOperationException("nor that");
    }
}
