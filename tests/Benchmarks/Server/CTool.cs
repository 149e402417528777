using System.Text.Json;
using MailStore.Tests;

namespace MailStore.Benchmarks.Server;

/// <summary>A program in C of this folder, compiled when it is first used: what loads a server, and what tells the disk's limit, must take less time than what is measured.</summary>
internal sealed class CTool
{
    private readonly string _program;

    private CTool(string program) => _program = program;

    /// <param name="name">Of its source, without <c>.c</c>.</param>
    /// <param name="folder">Where the program goes.</param>
    /// <exception cref="InvalidOperationException">There is no gcc.</exception>
    public static async Task<CTool> BuildAsync(string name, string folder)
    {
        var program = Path.Combine(folder, name);
        await Command.RunAsync("gcc", ["-O2", "-o", program, Path.Combine(RepositoryRoot.Path, "tests", "Benchmarks", "Server", name + ".c"), "-lpthread"]);
        return new CTool(program);
    }

    /// <summary>Runs it, and reads the line of JSON that it prints.</summary>
    public async Task<JsonElement> RunAsync(params string[] arguments) => JsonDocument.Parse(await Command.RunAsync(_program, arguments)).RootElement;
}
