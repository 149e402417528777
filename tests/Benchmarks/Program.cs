using BenchmarkDotNet.Running;
using MailStore.Benchmarks;

if (args is ["start", ..])
    return await StartBenchmark.RunAsync(args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 7);

BenchmarkSwitcher.FromAssembly(typeof(StartBenchmark).Assembly).Run(args);
return 0;
