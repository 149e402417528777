using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace MailStore.EndToEnd.Tests.Authors;

/// <summary>A module that was made from a template.</summary>
internal sealed class AuthoredModule
{
    private readonly AuthorPlace _author;
    private readonly string _name;

    private AuthoredModule(AuthorPlace author, string name) => (_author, _name) = (author, name);

    public string Directory => Path.Combine(_author.Directory, _name);

    /// <summary>By which the configuration asks for it: the one folder that was published.</summary>
    public string Name => Path.GetFileName(Publication);

    public IEnumerable<string> Published =>
        System.IO.Directory.GetFileSystemEntries(Publication).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);

    public string? SdkStamp => AttributeValues("AssemblyMetadataAttribute").SingleOrDefault(value => value[0] == "MailStore.Sdk")?[1];

    public string? AnnouncedName => AttributeValues("MailStoreModuleAttribute").Single()[0];

    private string Publication => Assert.Single(System.IO.Directory.GetDirectories(Path.Combine(Directory, "publish")));

    public static async Task<AuthoredModule> CreateAsync(AuthorPlace author, string template, string name, params string[] options)
    {
        (await author.RunAsync(author.Directory, ["dotnet", "new", template, "-n", name, .. options])).Succeeded();
        return new AuthoredModule(author, name);
    }

    public async Task AddPackageAsync(string package, string version) =>
        (await _author.RunAsync(Directory, "dotnet", "add", $"src/{_name}/{_name}.csproj", "package", package, "--version", version)).Succeeded();

    public async Task TestAsync()
    {
        var result = (await _author.RunAsync(Directory, "dotnet", "test")).Succeeded();
        Assert.DoesNotContain("warning", result.Output, StringComparison.Ordinal);
        Assert.Contains("Passed!", result.Output, StringComparison.Ordinal);
    }

    public async Task PublishAsync() => Assert.DoesNotContain("warning", (await _author.RunAsync(Directory, "dotnet", "publish")).Succeeded().Output, StringComparison.Ordinal);

    /// <summary>As <c>cp -r</c> does it: over what is there.</summary>
    public void DropInto(string modules) => TestPlace.CopyFolder(Publication, Path.Combine(modules, Name));

    public void Edit(string file, string from, string to)
    {
        var path = Path.Combine(Directory, file);
        var text = File.ReadAllText(path);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(from, to, StringComparison.Ordinal));
    }

    /// <summary>The strings of an attribute of the assembly, read as the host reads them: from metadata.</summary>
    private List<string[]> AttributeValues(string attribute)
    {
        var dll = Assert.Single(System.IO.Directory.GetFiles(Publication, "*.deps.json")).Replace(".deps.json", ".dll", StringComparison.Ordinal);
        using var image = new PEReader(File.OpenRead(dll));
        var metadata = image.GetMetadataReader();
        var values = new List<string[]>();
        foreach (var handle in metadata.GetAssemblyDefinition().GetCustomAttributes())
        {
            var found = metadata.GetCustomAttribute(handle);
            var type = metadata.GetTypeReference((TypeReferenceHandle)metadata.GetMemberReference((MemberReferenceHandle)found.Constructor).Parent);
            if (metadata.GetString(type.Name) != attribute)
                continue;
            var blob = metadata.GetBlobReader(found.Value);
            blob.ReadUInt16(); // prolog
            values.Add([blob.ReadSerializedString()!, blob.ReadSerializedString()!]);
        }

        return values;
    }
}
