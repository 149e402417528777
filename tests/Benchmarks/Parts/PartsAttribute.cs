using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace MailStore.Benchmarks.Parts;

/// <summary>How a part of a mail's way is measured: time and memory, briefly, and in this process, since to build one for each class takes longer than all of the runs.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class PartsAttribute : Attribute, IConfigSource
{
    public IConfig Config { get; } = ManualConfig.CreateEmpty()
        .AddJob(Job.ShortRun.WithIterationTime(TimeInterval.FromMilliseconds(200)).WithToolchain(InProcessEmitToolchain.Instance))
        .AddDiagnoser(MemoryDiagnoser.Default)
        .HideColumns("Error", "Job", "IterationTime", "Toolchain", "IterationCount", "LaunchCount", "WarmupCount");
}
