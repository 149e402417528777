using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using Xunit.Abstractions;

namespace MailStore.EndToEnd.Tests.Authors;

/// <summary>sdk/README.md, followed to the letter, outside of the repository, with only the packed packages as source.</summary>
[Collection(AuthorsCollection.Name)]
public sealed class ReadmeTests(AuthorsWorld world, ITestOutputHelper output)
{
    private const string Alice = "alice@example.org";
    private readonly AuthorsReadme _readme = new("Ten minutes", "A worked example");

    [Fact]
    public void The_worked_example_is_less_than_100_lines() => Assert.InRange(_readme.CSharpLines, 50, 99);

    [Fact]
    public async Task The_worked_example_comes_to_mail_in_gzip_files_and_an_index()
    {
        using var author = await AuthorPlace.MakeAsync(world.Packages);
        var host = await world.HostAsync();

        var watch = Stopwatch.StartNew();
        var result = (await author.RunScriptAsync(_readme.Script, host)).Succeeded();
        Notes.Add(output, string.Create(CultureInfo.InvariantCulture, $"sdk/README.md: followed from its first command to the first mail in {watch.Elapsed.TotalSeconds:0} seconds"));

        Assert.DoesNotContain("warning", result.Output, StringComparison.Ordinal);
        Assert.Equal(2, result.Output.Split("Passed!").Length - 1);
        Assert.Equal(2, result.Output.Split("mda 'gzip' keeps the contract").Length - 1);
        Assert.EndsWith("Subject: hello\n\nThis is packed.\n", result.Output, StringComparison.Ordinal);

        // what lies on the disk
        var home = Assert.Single(Directory.GetDirectories(Path.Combine(author.Directory, "Acme.MailStore.Gzip", "mailstore-data", "gzip")));
        var file = Assert.Single(Directory.GetFiles(home, "*.gz"));
        Assert.Equal([Path.GetFileName(file), "index"], Directory.GetFileSystemEntries(home).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        var mail = Unpack(file);
        Assert.StartsWith("Return-Path: ", mail, StringComparison.Ordinal);
        Assert.EndsWith("\nSubject: hello\n\nThis is packed.\n", mail, StringComparison.Ordinal);
        var id = Path.GetFileNameWithoutExtension(file);
        var index = Path.Combine(home, "index");
        Assert.Equal($"\n{mail.Length} {id}", await File.ReadAllTextAsync(index));

        // what the text says of the index: it is believed, a torn line harms nothing, and a lost one costs time only
        await File.WriteAllTextAsync(index, $"\n12345 {id}");
        Assert.Equal(12345, await ListedSizeAsync());
        foreach (var torn in (string[])["", $"\n{mail.Length} {id[..^1]}", $"\n12345 {id}\0\0\0", $"\n\0\0\0{id}"])
        {
            await File.WriteAllTextAsync(index, torn);
            Assert.Equal(mail.Length, await ListedSizeAsync());
        }

        (await author.RunScriptAsync("cd Acme.MailStore.Gzip; printf 'Subject: next\\n\\n' | mailstore deliver alice@example.org", host)).Succeeded();
        var next = Assert.Single(Directory.GetFiles(home, "*.gz"), other => other != file);
        Assert.EndsWith($"\n{Unpack(next).Length} {Path.GetFileNameWithoutExtension(next)}", await File.ReadAllTextAsync(index), StringComparison.Ordinal);

        async Task<long> ListedSizeAsync()
        {
            var listed = (await author.RunScriptAsync($"cd Acme.MailStore.Gzip; mailstore mail list {Alice} --json", host)).Succeeded().Output;
            return JsonDocument.Parse(Assert.Single(listed.Split('\n', StringSplitOptions.RemoveEmptyEntries))).RootElement.GetProperty("size").GetInt64();
        }
    }

    private static string Unpack(string file)
    {
        using var gzip = new GZipStream(File.OpenRead(file), CompressionMode.Decompress);
        using var reader = new StreamReader(gzip);
        return reader.ReadToEnd();
    }
}
