using MailStore.Benchmarks.Server;

namespace MailStore.Benchmarks.Growth;

/// <summary><c>tests/bench growth</c>: what much of something costs against little of it, each part in turns, medians. Nothing is deleted before the end.</summary>
internal static class GrowthBenchmark
{
    public static IReadOnlyDictionary<string, Func<CTool, DirectoryInfo, GrowthOptions, Task>> Parts { get; } = new Dictionary<string, Func<CTool, DirectoryInfo, GrowthOptions, Task>>
    {
        ["plugins"] = (_, folder, options) => ManyPlugins.RunAsync(folder, options),
        ["users"] = ManyUsers.RunAsync,
        ["first"] = FirstMails.RunAsync,
        ["mailbox"] = FullMailbox.RunAsync,
        ["large"] = LargeMails.RunAsync,
    };

    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var options = GrowthOptions.Parse(arguments);
        var folder = Directory.CreateTempSubdirectory("mailstore-bench-");
        try
        {
            var load = await CTool.BuildAsync("load", folder.FullName);
            foreach (var (name, run) in Parts)
            {
                if (options.Parts.Count == 0 || options.Parts.Contains(name))
                    await run(load, folder, options);
            }

            return 0;
        }
        finally
        {
            if (!options.Keeps)
                folder.Delete(recursive: true);
        }
    }
}
