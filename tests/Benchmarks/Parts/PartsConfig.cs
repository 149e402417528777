using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace MailStore.Benchmarks.Parts;

/// <summary>How <c>tests/bench --filter</c> measures: time and memory, briefly, and in this process, since to build one for each class takes longer than all of the runs.</summary>
internal static class PartsConfig
{
    public static IConfig Create() => ManualConfig.Create(DefaultConfig.Instance)
        .AddJob(Job.ShortRun.WithIterationTime(TimeInterval.FromMilliseconds(200)).WithToolchain(InProcessEmitToolchain.Instance))
        .AddDiagnoser(MemoryDiagnoser.Default)
        .HideColumns("Error", "Job", "IterationTime", "Toolchain", "IterationCount", "LaunchCount", "WarmupCount");
}
