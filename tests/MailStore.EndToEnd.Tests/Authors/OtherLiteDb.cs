namespace MailStore.EndToEnd.Tests.Authors;

/// <summary>
/// Another major version of the library that the plugin LiteDb brings along. A stand-in of the same names, since not every package source still has the
/// true one: what the loader goes by is the name of the assembly, and its version.
/// </summary>
internal static class OtherLiteDb
{
    public const string Id = "LiteDB";
    public const string Version = "4.1.4";

    public static async Task PackAsync(AuthorPlace author)
    {
        var folder = Directory.CreateDirectory(Path.Combine(author.Directory, "stand-in")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "LiteDB.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <Version>{Version}</Version>
              </PropertyGroup>
            </Project>
            """);
        await File.WriteAllTextAsync(Path.Combine(folder, "ObjectId.cs"), """
            namespace LiteDB
            {
                public sealed class ObjectId
                {
                    private readonly string _text = System.Guid.NewGuid().ToString("n").Substring(0, 24);

                    public static ObjectId NewObjectId() => new ObjectId();

                    public override string ToString() => _text;
                }
            }
            """);
        (await author.RunAsync(folder, "dotnet", "pack", "-o", author.Packages)).Succeeded();
    }
}
