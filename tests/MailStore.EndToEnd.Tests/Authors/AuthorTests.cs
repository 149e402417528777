using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MailStore.Tests;
using Xunit.Abstractions;

namespace MailStore.EndToEnd.Tests.Authors;

/// <summary>From 'dotnet new' to mail that flows, outside of the repository, with only the packed packages as source.</summary>
[Collection(AuthorsCollection.Name)]
public sealed class AuthorTests(AuthorsWorld world, ITestOutputHelper output)
{
    private const string Alice = "alice@example.org";
    private static readonly byte[] Mail = "Subject: to a module of one's own\r\n\r\nhello\r\n"u8.ToArray();

    [Fact]
    public async Task A_storage_format_with_a_library_of_its_own_is_tested_verified_dropped_in_serves_and_is_replaced_while_the_server_runs()
    {
        var author = await world.AuthorAsync();
        var host = await world.HostAsync();
        using var place = new TestPlace("", host.Modules);

        var watch = Stopwatch.StartNew();
        var module = await AuthoredModule.CreateAsync(author, "mailstore-mda", "Acme.MailStore.Foo");
        await module.AddPackageAsync(OtherLiteDb.Id, OtherLiteDb.Version);
        module.Edit("src/Acme.MailStore.Foo/MailId.cs", "{Guid.NewGuid():n}", "{LiteDB.ObjectId.NewObjectId()}11111111");
        module.Edit("src/Acme.MailStore.Foo/FooAgent.cs", "$\"mail below", "$\"version 1, LiteDB {typeof(LiteDB.ObjectId).Assembly.GetName().Version}, mail below");
        await module.TestAsync();
        await module.PublishAsync();
        Assert.Equal(
            ["Acme.MailStore.Foo.deps.json", "Acme.MailStore.Foo.dll", "Acme.MailStore.Foo.pdb", "Acme.MailStore.Foo.runtimeconfig.json", "LiteDB.dll"], module.Published);
        Assert.Equal(PackedPackages.Version, module.SdkStamp);
        module.DropInto(host.Modules);
        await VerifyAsync(host, place, "foo");
        Tell("mailstore-mda", watch.Elapsed);

        place.Configure("mda = \"foo\"\n", host.Modules);
        (await host.RunAsync(place, "user", "add", Alice)).Succeeded();
        int delivered;
        await using (var server = await ServerProcess.StartAsync(host.StartInfo(place, "serve")))
        {
            Assert.Contains($"version 1, LiteDB {OtherLiteDb.Version}.0", (await host.RunAsync(place, "health")).Succeeded().Output, StringComparison.Ordinal);
            using var stop = new CancellationTokenSource();
            var load = DeliverAsync(server, stop.Token);

            module.Edit("src/Acme.MailStore.Foo/MailId.cs", "11111111", "22222222");
            module.Edit("src/Acme.MailStore.Foo/FooAgent.cs", "version 1", "version 2");
            await module.PublishAsync();
            module.DropInto(host.Modules);
            await Task.Delay(500);
            await stop.CancelAsync();
            delivered = await load;
            Assert.True(delivered > 20, $"only {delivered} mails went through");
            Assert.Contains("version 1", (await host.RunAsync(place, "health")).Succeeded().Output, StringComparison.Ordinal);
            Assert.Equal(0, await server.StopAsync());
        }

        await using (var server = await ServerProcess.StartAsync(host.StartInfo(place, "serve")))
        {
            Assert.Contains("version 2", (await host.RunAsync(place, "health")).Succeeded().Output, StringComparison.Ordinal);
            await using (var client = await LmtpClient.ConnectAsync(server.EndPoint))
                Assert.Equal(250, Assert.Single(await client.SendMailAsync("", [Alice], Mail)).Code);
            var stored = await StoredAsync(host, place);
            Assert.Equal(delivered, stored.Count(id => id.EndsWith("11111111", StringComparison.Ordinal)));
            Assert.Equal(1, stored.Count(id => id.EndsWith("22222222", StringComparison.Ordinal)));
            Assert.Equal(delivered + 1, stored.Count);
            var shown = (await host.RunAsync(place, "mail", "show", Alice, stored[0])).Succeeded().Output;
            Assert.EndsWith("Subject: to a module of one's own\n\nhello\n", shown, StringComparison.Ordinal);
            Assert.Equal(0, await server.StopAsync());
        }
    }

    [Theory]
    [InlineData("mailstore-creator", "creator", "Acme.MailStore.Once")]
    [InlineData("mailstore-userdb", "userdb", "Acme.MailStore.JsonUsers")]
    public async Task A_module_of_the_other_kinds_is_tested_verified_dropped_in_and_serves(string template, string kind, string name)
    {
        var author = await world.AuthorAsync();
        var host = await world.HostAsync();
        using var place = new TestPlace("", host.Modules);

        var watch = Stopwatch.StartNew();
        var module = await AuthoredModule.CreateAsync(author, template, name);
        await module.TestAsync();
        await module.PublishAsync();
        Assert.Equal([$"{name}.deps.json", $"{name}.dll", $"{name}.pdb", $"{name}.runtimeconfig.json"], module.Published);
        Assert.Equal(PackedPackages.Version, module.SdkStamp);
        module.DropInto(host.Modules);
        await VerifyAsync(host, place, module.Name);
        Tell(template, watch.Elapsed);

        place.Configure($"{kind} = \"{module.Name}\"\n", host.Modules);
        (await host.RunAsync(place, "user", "add", Alice)).Succeeded();
        await using (var server = await ServerProcess.StartAsync(host.StartInfo(place, "serve")))
        {
            await using (var client = await LmtpClient.ConnectAsync(server.EndPoint))
                Assert.Equal(250, Assert.Single(await client.SendMailAsync("", [Alice], Mail)).Code);
            Assert.Equal(0, await server.StopAsync());
        }

        Assert.Single(await StoredAsync(host, place));
    }

    [Fact]
    public async Task The_name_of_the_module_is_the_authors_choice_and_a_library_or_a_test_is_no_plugin()
    {
        var author = await world.AuthorAsync();
        var module = await AuthoredModule.CreateAsync(author, "mailstore-creator", "My-Creator 2", "--module", "only-once");
        (await author.RunAsync(module.Directory, "dotnet", "restore")).Succeeded();
        async Task<string> PropertyAsync(string project, string property, params string[] more) =>
            (await author.RunAsync(module.Directory, ["dotnet", "msbuild", project, $"-getProperty:{property}", .. more])).Succeeded().Output.Trim();

        var source = Assert.Single(Directory.GetFiles(module.Directory, "*.csproj", SearchOption.AllDirectories), file => !file.EndsWith(".Tests.csproj", StringComparison.Ordinal));
        var test = Assert.Single(Directory.GetFiles(module.Directory, "*.Tests.csproj", SearchOption.AllDirectories));
        Assert.Equal("true", await PropertyAsync(source, "EnableDynamicLoading"));
        Assert.NotEqual("true", await PropertyAsync(source, "EnableDynamicLoading", "-p:MailStorePlugin=false"));
        Assert.NotEqual("true", await PropertyAsync(test, "EnableDynamicLoading"));
        await module.PublishAsync();
        Assert.Equal("only-once", module.Name);
        Assert.Equal("only-once", module.AnnouncedName);
    }

    private static async Task VerifyAsync(InstalledHost host, TestPlace place, string module)
    {
        var verified = (await host.RunAsync(place, "module", "verify", module, "--scratch", place.Directory)).Succeeded();
        Assert.Contains("keeps the contract", verified.Output, StringComparison.Ordinal);
    }

    private static async Task<int> DeliverAsync(ServerProcess server, CancellationToken stop)
    {
        var delivered = 0;
        await using var client = await LmtpClient.ConnectAsync(server.EndPoint, CancellationToken.None);
        while (!stop.IsCancellationRequested)
        {
            Assert.Equal(250, Assert.Single(await client.SendMailAsync("", [Alice], Mail, CancellationToken.None)).Code);
            delivered++;
        }

        return delivered;
    }

    private static async Task<List<string>> StoredAsync(InstalledHost host, TestPlace place)
    {
        var listed = (await host.RunAsync(place, "mail", "list", Alice, "--json")).Succeeded().Output;
        return [.. listed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("id").GetString()!)];
    }

    private void Tell(string template, TimeSpan took) =>
        Notes.Add(output, string.Create(CultureInfo.InvariantCulture, $"{template}: from 'dotnet new' to a passed 'module verify' in {took.TotalSeconds:0} seconds"));
}
