using BenchmarkDotNet.Running;
using MailStore.Benchmarks;

if (args is ["start", ..])
    return await StartBenchmark.RunAsync(args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 7);

if (args is ["boundary", ..])
    return BoundaryReport.Run(inShort: args is [_, "--short"]);

BenchmarkSwitcher.FromAssembly(typeof(StartBenchmark).Assembly).Run(args);
return 0;
