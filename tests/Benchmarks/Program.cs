using BenchmarkDotNet.Running;
using MailStore.Benchmarks;
using MailStore.Benchmarks.Deliver;
using MailStore.Benchmarks.Formats;
using MailStore.Benchmarks.Growth;
using MailStore.Benchmarks.Parts;
using MailStore.Benchmarks.Restarts;
using MailStore.Benchmarks.Server;
using MailStore.Benchmarks.Sessions;

if (args is ["start", ..])
    return await StartBenchmark.RunAsync(args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 7, program: args.ElementAtOrDefault(2));

if (args is ["restart", ..])
    return await RestartBenchmark.RunAsync(args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 7, program: args.ElementAtOrDefault(2));

if (args is ["deliver", ..])
    return await DeliverBenchmark.RunAsync(args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 100);

if (args is ["server", ..])
    return await ServerBenchmark.RunAsync(args[1..]);

if (args is ["guard", ..])
    return await GuardBenchmark.RunAsync(args[1..]);

if (args is ["growth", ..])
    return await GrowthBenchmark.RunAsync(args[1..]);

if (args is ["boundary", ..])
    return BoundaryReport.Run(inShort: args is [_, "--short"]);

if (args is ["sessions", ..])
{
    var numbers = args.Skip(1).Select(number => int.Parse(number, System.Globalization.CultureInfo.InvariantCulture)).ToList();
    return await SessionsBenchmark.RunAsync(runs: numbers.ElementAtOrDefault(0) is > 0 and var runs ? runs : 5, seconds: numbers.ElementAtOrDefault(1) is > 0 and var seconds ? seconds : 5);
}

if (args is ["formats", ..])
{
    var numbers = args.Skip(1).Select(number => int.Parse(number, System.Globalization.CultureInfo.InvariantCulture)).ToList();
    return await FormatsBenchmark.RunAsync(rounds: numbers.ElementAtOrDefault(0) is > 0 and var rounds ? rounds : 5, seconds: numbers.ElementAtOrDefault(1) is > 0 and var length ? length : 3);
}

BenchmarkSwitcher.FromAssembly(typeof(StartBenchmark).Assembly).Run(args, PartsConfig.Create());
return 0;
