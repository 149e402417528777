using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace MailStore.Benchmarks;

/// <summary><c>tests/bench boundary</c>: runs <see cref="BoundaryBenchmark"/>, and holds it to its goal.</summary>
internal static class BoundaryReport
{
    private const double MostNanoseconds = 2000;
    private const long MostBytes = 300;

    /// <returns>The exit code: 0 if the goal is met.</returns>
    public static int Run(bool inShort)
    {
        using var progress = new StreamWriter(Console.OpenStandardError()) { AutoFlush = true };
        var config = ManualConfig.CreateEmpty()
            .AddJob(inShort ? Job.ShortRun : Job.Default)
            .AddDiagnoser(MemoryDiagnoser.Default)
            .AddColumnProvider(DefaultColumnProviders.Instance)
            .AddLogger(new StreamLogger(progress));
        var summary = BenchmarkRunner.Run<BoundaryBenchmark>(config);
        var reports = summary.Reports.Where(report => report.ResultStatistics is not null).ToList();
        if (reports.Count != 3)
        {
            Console.Error.WriteLine("the benchmarks did not run; see above");
            return 1;
        }

        var direct = reports.Single(report => report.BenchmarkCase.Descriptor.Baseline).ResultStatistics!.Median;
        Console.WriteLine($"{"a delivery",-20}{"mean ns",10}{"median ns",12}{"to direct",12}{"bytes",8}");
        foreach (var report in reports)
        {
            var (mean, median) = (report.ResultStatistics!.Mean, report.ResultStatistics.Median);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{NameOf(report),-20}{mean,10:F1}{median,12:F1}{median / direct,11:F1}x{BytesOf(report),8}"));
        }

        var guarded = reports[^1];
        var isMet = guarded.ResultStatistics!.Median < MostNanoseconds && BytesOf(guarded) < MostBytes;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"the goal, a median below {MostNanoseconds:F0} ns and fewer than {MostBytes} bytes, is {(isMet ? "met" : "missed")}"));
        return isMet ? 0 : 1;
    }

    private static string NameOf(BenchmarkReport report) => report.BenchmarkCase.Descriptor.WorkloadMethodDisplayInfo.Trim('\'');

    private static long BytesOf(BenchmarkReport report) => report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0;
}
