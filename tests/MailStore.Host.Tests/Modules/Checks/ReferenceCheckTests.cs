using MailStore.Host.Configuration;

namespace MailStore.Host.Tests.Modules;

/// <summary>What a plugin takes from the host, and the host does not have, is told by its name before the plugin is loaded.</summary>
public sealed class ReferenceCheckTests : IDisposable
{
    private const string Mailbox = """
        using MailStore.Sdk;
        namespace Acme;
        public class Mailbox : IMailbox
        {
            public ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken) => new(DeliveryResult.Stored("1"));
            MEMBER
        }
        """;

    private readonly CompiledPlugin _plugin = new();

    public void Dispose() => _plugin.Dispose();

    [Fact]
    public void What_the_host_has_is_fine() => CompiledPlugin.AssertFine(_plugin.Build(CompiledPlugin.Agent, Mailbox.Replace("MEMBER", "", StringComparison.Ordinal)));

    [Fact]
    public void A_plugin_of_a_newer_sdk_that_uses_nothing_new_is_fine() => CompiledPlugin.AssertFine(_plugin.BuildAgainst(
        NewerMailbox(), CompiledPlugin.Stamp("0.2.0"), CompiledPlugin.Agent));

    [Theory]
    [InlineData("public ValueTask PingAsync(CancellationToken cancellationToken) => default;", "IMailbox.PingAsync(CancellationToken)")]
    [InlineData("ValueTask IMailbox.PingAsync(CancellationToken cancellationToken) => default;", "IMailbox.PingAsync(CancellationToken)")]
    [InlineData("public ValueTask PingAsync(CancellationToken cancellationToken) => default; public static ValueTask Call(IMailbox other) => other.PingAsync(default);", "IMailbox.PingAsync(CancellationToken)")]
    public void One_more_member_of_an_interface_is_told_by_its_name(string member, string told)
    {
        var plugin = _plugin.BuildAgainst(NewerMailbox(), CompiledPlugin.Stamp("0.2.0"), CompiledPlugin.Agent, Mailbox.Replace("MEMBER", member, StringComparison.Ordinal));
        CompiledPlugin.AssertRefused(
            plugin, $"needs {told} of the SDK, which this host, with SDK 0.1.0, does not have; the plugin was built against SDK 0.2.0", "upgrade MailStore to a version with SDK 0.2 or later, or get a build of the plugin for SDK 0.1.0");
        Assert.StartsWith(_plugin.Dll, plugin.Problem!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_told_without_a_stamp_too() => CompiledPlugin.AssertRefused(
        _plugin.BuildAgainst(NewerMailbox(), CompiledPlugin.Agent, Mailbox.Replace("MEMBER", "public ValueTask PingAsync(CancellationToken cancellationToken) => default;", StringComparison.Ordinal)),
        "needs IMailbox.PingAsync(CancellationToken) of the SDK", "upgrade MailStore, or get a build");

    [Fact]
    public void A_new_property_that_is_implemented_by_its_name_is_told()
    {
        var sdk = Compiler.CompileSdk(_plugin.Elsewhere, (file, text) => file == "IMailbox.cs" ? BeforeLastBrace(text, "string Color { get; }") : text);
        CompiledPlugin.AssertRefused(
            _plugin.BuildAgainst(sdk, CompiledPlugin.Agent, Mailbox.Replace("MEMBER", "public string Color => \"red\";", StringComparison.Ordinal)), "needs IMailbox.Color of the SDK", "upgrade MailStore");
    }

    [Fact]
    public void The_base_of_the_class_that_has_the_contract_is_looked_at_too()
    {
        const string source = """
            using MailStore.Sdk;
            namespace Acme;
            public class Root<T> { public ValueTask PingAsync(CancellationToken cancellationToken) => default; }
            public sealed class Box : Root<int>, IMailbox, IEquatable<Box>
            {
                public ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken) => new(DeliveryResult.Stored("1"));
                public bool Equals(Box? other) => true;
            }
            """;
        CompiledPlugin.AssertRefused(_plugin.BuildAgainst(NewerMailbox(), CompiledPlugin.Agent, source), "needs IMailbox.PingAsync(CancellationToken) of the SDK", "upgrade MailStore");
    }

    [Fact]
    public void Methods_for_other_interfaces_are_no_members_of_the_contract()
    {
        const string source = """
            using System.Collections;
            using MailStore.Sdk;
            namespace Acme;
            public interface IOwn<T> { T Own(T value); event Action Changed; }
            public record Box(int Size) : IMailbox, IOwn<string>, IEnumerable<int>, IComparable<Box>, IAsyncDisposable
            {
                public event Action? Changed;
                public ValueTask<DeliveryResult> DeliverAsync(Mail mail, CancellationToken cancellationToken) => new(DeliveryResult.Stored("1"));
                public string Own(string value) => value;
                public IEnumerator<int> GetEnumerator() { Changed?.Invoke(); yield return 1; }
                IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
                public int CompareTo(Box? other) => 0;
                public ValueTask DisposeAsync() => default;
                public virtual ValueTask PingAsync(CancellationToken cancellationToken) => default;
            }
            public record Small() : Box(1) { public sealed override ValueTask PingAsync(CancellationToken cancellationToken) => default; }
            """;
        CompiledPlugin.AssertFine(_plugin.Build(CompiledPlugin.Agent, source));
    }

    [Theory]
    [InlineData("public interface INewThing { void Do(); }", "static void Use(INewThing thing) => thing.Do();", "needs INewThing of the SDK")]
    [InlineData("public static class New<T> { public static int Count; public class Inner { } }", "static object Use() => New<string>.Count;", "needs New of the SDK")]
    public void A_new_type_is_told_by_its_name(string type, string use, string told)
    {
        var sdk = Compiler.CompileSdk(_plugin.Elsewhere, (_, text) => text, more: $"namespace MailStore.Sdk; {type}");
        CompiledPlugin.AssertRefused(_plugin.BuildAgainst(sdk, CompiledPlugin.Agent, User(use)), told, "upgrade MailStore");
    }

    [Theory]
    [InlineData("public int Priority { get; init; }", "static object Use(Mail mail) => mail.Priority;", "Mail.Priority")]
    [InlineData("public int Priority { get; init; }", "static object Use() => new Mail { DeliveryId = \"\", TransactionId = \"\", Sender = \"\", OriginalRecipient = \"\", User = \"\", Arrival = default, Header = default, Content = null!, Priority = 1 };", "Mail.Priority")]
    [InlineData("public int Count;", "static object Use(Mail mail) => mail.Count;", "Mail.Count")]
    [InlineData("public T As<T>(List<T> list, int[] numbers) => list[0];", "static object Use(Mail mail) => mail.As(new List<string>(), []);", "Mail.As(List<!!0>, Int32[])")]
    [InlineData("public Stream OpenRead(int from) => Stream.Null;", "static object Use(Mail mail) => mail.OpenRead(1);", "Mail.OpenRead(Int32)")]
    [InlineData("public class Part { }", "static object Use() => new Mail.Part();", "Mail.Part")]
    public void A_new_member_of_a_class_is_told_by_its_name(string member, string use, string told)
    {
        var sdk = Compiler.CompileSdk(_plugin.Elsewhere, (file, text) => file == "Mail.cs" ? BeforeLastBrace(text, member) : text);
        CompiledPlugin.AssertRefused(_plugin.BuildAgainst(sdk, CompiledPlugin.Agent, User(use)), $"needs {told} of the SDK", "upgrade MailStore");
    }

    [Fact]
    public void Several_are_told_together()
    {
        var sdk = Compiler.CompileSdk(_plugin.Elsewhere, (file, text) => file == "Mail.cs" ? BeforeLastBrace(text, "public int A, B, C, D, E;") : text);
        CompiledPlugin.AssertRefused(
            _plugin.BuildAgainst(sdk, CompiledPlugin.Agent, User("static int Use(Mail mail) => mail.A + mail.B + mail.C + mail.D + mail.E;")), "needs Mail.A, Mail.B, Mail.C and 2 more of the SDK", "upgrade");
    }

    [Fact]
    public void A_library_of_the_author_that_was_built_against_a_newer_sdk_is_told()
    {
        var sdk = NewerMailbox();
        var library = Compiler.Compile(
            Path.Combine(_plugin.Folder, "Acme.Helper.dll"),
            ["using MailStore.Sdk; namespace Acme; public static class Helper { public static ValueTask Ping(IMailbox box) => box.PingAsync(default); }"],
            sdk,
            Compiler.Logging);
        var plugin = _plugin.BuildWith([Compiler.Sdk, library], CompiledPlugin.Agent);
        CompiledPlugin.AssertRefused(plugin, $"{library} needs IMailbox.PingAsync(CancellationToken) of the SDK", "upgrade MailStore");
    }

    [Fact]
    public void A_member_that_only_a_newer_framework_has_is_told()
    {
        var linq = Compiler.Compile(
            Path.Combine(_plugin.Elsewhere, "System.Linq.dll"),
            ["[assembly: System.Reflection.AssemblyVersion(\"10.0.0.0\")] namespace System.Linq; public static class Enumerable { public static int OfTheFuture(string text) => 1; }"]);
        CompiledPlugin.AssertRefused(
            _plugin.BuildWith([Compiler.Sdk, linq], CompiledPlugin.Agent, User("static int Use() => Enumerable.OfTheFuture(\"\");")),
            $"needs Enumerable.OfTheFuture(String) of System.Linq, which this host, with version {Environment.Version.Major}.", "get a build of the plugin for .NET 10.0");
    }

    [Fact]
    public void What_only_a_library_names_of_the_framework_and_is_no_newer_is_its_own_affair()
    {
        var linq = Compiler.Compile(
            Path.Combine(_plugin.Elsewhere, "System.Linq.dll"),
            ["[assembly: System.Reflection.AssemblyVersion(\"4.0.0.0\")] namespace System.Linq; public static class Enumerable { public static int OfThePast() => 1; }"]);
        Compiler.Compile(Path.Combine(_plugin.Folder, "Old.dll"), ["public static class Old { public static int Use() => Enumerable.OfThePast(); }"], linq);
        CompiledPlugin.AssertFine(_plugin.Build(CompiledPlugin.Agent));
    }

    [Fact]
    public void What_a_plugin_brings_along_itself_is_not_looked_for_in_the_host()
    {
        var own = Compiler.Compile(Path.Combine(_plugin.Folder, "System.Linq.Own.dll"), ["namespace Own; public static class Thing { public static int Two => 2; }"]);
        CompiledPlugin.AssertFine(_plugin.BuildWith([Compiler.Sdk, own], CompiledPlugin.Agent, User("static int Use() => Own.Thing.Two;")));
    }

    [Fact]
    public async Task A_copy_of_the_logging_abstractions_is_harmless_for_the_hosts_are_taken()
    {
        var copy = OtherLogging(_plugin.Folder);
        var plugin = _plugin.BuildWith([Compiler.Sdk, copy], CompiledPlugin.Agent, "namespace Acme; partial class Agent { public Agent(Microsoft.Extensions.Logging.ILogger<Agent> logger) { _ = logger; } }");
        CompiledPlugin.AssertFine(plugin);
        await using var modules = _plugin.Home.Load(_plugin.Home.Mda("acme"));
        Assert.Contains("acme", modules.Mdas.Keys);
    }

    [Fact]
    public void What_only_newer_logging_abstractions_have_is_told()
    {
        var copy = OtherLogging(_plugin.Folder);
        CompiledPlugin.AssertRefused(
            _plugin.BuildWith([Compiler.Sdk, copy], CompiledPlugin.Agent, User("static object Use() => new Microsoft.Extensions.Logging.LoggingOfTheFuture();")),
            "needs LoggingOfTheFuture of Microsoft.Extensions.Logging.Abstractions", "get a build of the plugin for .NET");
    }

    [Fact]
    public void A_configured_plugin_that_is_too_new_stops_the_start()
    {
        _plugin.Home.Add("Misbehaving");
        Compiler.Compile(
            _plugin.Dll,
            [CompiledPlugin.Stamp("0.2.0"), CompiledPlugin.Agent, Mailbox.Replace("MEMBER", "public ValueTask PingAsync(CancellationToken cancellationToken) => default;", StringComparison.Ordinal)],
            NewerMailbox(),
            Compiler.Logging);
        _plugin.Write("Acme.deps.json", """{"runtimeTarget":{"name":""},"targets":{}}""");
        var mistake = Assert.Single(_plugin.Home.Refusals(_plugin.Home.Configuration(_plugin.Home.Mda("acme"))));
        Assert.Contains("the mda 'acme' cannot be used: ", mistake, StringComparison.Ordinal);
        Assert.Contains("IMailbox.PingAsync(CancellationToken)", mistake, StringComparison.Ordinal);
    }

    private static string User(string use) => $"using MailStore.Sdk; namespace Acme; internal static class User {{ {use} }}";

    private static string BeforeLastBrace(string text, string member) => text[..text.LastIndexOf('}')] + member + "\n}";

    private static string OtherLogging(string folder) => Compiler.Compile(
        Path.Combine(folder, "Microsoft.Extensions.Logging.Abstractions.dll"),
        [
            """
            [assembly: System.Reflection.AssemblyVersion("99.0.0.0")]
            namespace Microsoft.Extensions.Logging;
            public interface ILogger { void OfTheFuture(); }
            public interface ILogger<T> : ILogger { }
            public class LoggingOfTheFuture { }
            """,
        ]);

    private string NewerMailbox() => Compiler.CompileSdk(
        _plugin.Elsewhere, (file, text) => file == "IMailbox.cs" ? BeforeLastBrace(text, "ValueTask PingAsync(CancellationToken cancellationToken);") : text);
}
