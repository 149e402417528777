using System.Diagnostics;
using System.Globalization;
using MailStore.LiteDb.Users;
using MailStore.Sdk;
using MailStore.Sdk.Conformance;
using Microsoft.Extensions.Logging.Abstractions;

// A process of its own for what a test cannot do to itself: be traced, be killed, hold the lock.
//   UserDbProbe write DIRECTORY COUNT     adds that many users one after the other, and says 'acked NAME VERSION' after each
//   UserDbProbe storm DIRECTORY WRITERS   the same by many writers at once, until it is killed
//   UserDbProbe hold DIRECTORY            opens the database, says 'open', and keeps it until standard input ends
//   UserDbProbe peer DIRECTORY            does what the conformance kit tells it on standard input
//   UserDbProbe mail DIRECTORY PATH       delivers to three users of the MDA by twelve writers, and says 'acked USER ID BYTES' after each, until it is killed
//   UserDbProbe measure-mail DIRECTORY PATH MAILS   fills a mailbox of the MDA, and says what storing, listing and opening take
//   UserDbProbe measure DIRECTORY USERS   fills a database, and says what starting, finding and writing take
var context = new ModuleContext("litedb", args[1]);
if (args[0].EndsWith("mail", StringComparison.Ordinal))
{
    await using var probe = await MailProbe.OpenAsync(context, args[2]);
    await (args[0] == "mail" ? probe.StormAsync() : probe.MeasureAsync(Number(args[3])));
    return;
}

var database = new LiteDbUserDatabase(new LiteDbUserDatabaseOptions(), NullLogger<LiteDbUserDatabase>.Instance, TimeProvider.System, context);
var start = Stopwatch.GetTimestamp();
await database.StartAsync(default);
var opened = Stopwatch.GetElapsedTime(start);
Console.WriteLine("open");

switch (args[0])
{
    case "write":
        for (var i = 0; i < Number(args[2]); i++)
            await AddAsync($"user{i}@example.org");
        break;

    case "storm":
        await Task.WhenAll(Enumerable.Range(0, Number(args[2])).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; ; i++)
                await AddAsync($"{writer}-{i}@example.org");
        })));
        break;

    case "hold":
        await Console.In.ReadToEndAsync();
        break;

    case "peer":
        await UserDatabasePeer.ServeAsync(database, Console.In, Console.Out, default);
        break;

    case "measure":
        await MeasureAsync(Number(args[2]));
        break;
}

await database.StopAsync(default);

static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

async Task AddAsync(string name)
{
    var user = await database.TryAddAsync(new UserRecord { Name = name }, default) ?? throw new InvalidOperationException($"{name} is taken");
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"acked {user.Name} {user.Version}"));
}

async Task MeasureAsync(int users)
{
    Console.WriteLine($"start: {opened.TotalMilliseconds:F0} ms");
    var at = Stopwatch.GetTimestamp();
    await Parallel.ForEachAsync(Enumerable.Range(0, users), new ParallelOptions { MaxDegreeOfParallelism = 512 },
        async (i, token) => await database.TryAddAsync(new UserRecord { Name = $"user{i:D7}@example.org" }, token));
    Report("add, 512 at once", at, users);

    at = Stopwatch.GetTimestamp();
    for (var i = 0; i < 200; i++)
        await database.TryAddAsync(new UserRecord { Name = $"single{i}@example.org" }, default);
    Report("add, one by one", at, 200);

    var random = new Random(1);
    at = Stopwatch.GetTimestamp();
    for (var i = 0; i < 5000; i++)
        await database.FindAsync($"user{random.Next(10_000_000):D7}@example.org", default);
    Report("find, mostly unknown or not in memory", at, 5000);

    at = Stopwatch.GetTimestamp();
    for (var i = 0; i < 1_000_000; i++)
        await database.FindAsync("single199@example.org", default);
    Report("find, in memory", at, 1_000_000);

    at = Stopwatch.GetTimestamp();
    var count = 0;
    await foreach (var user in database.ListAsync(null, default))
        count++;
    Report("list", at, count);
    Console.WriteLine($"managed memory: {GC.GetTotalMemory(true) >> 20} MB, working set: {Environment.WorkingSet >> 20} MB");
}

static void Report(string what, long since, int count)
{
    var elapsed = Stopwatch.GetElapsedTime(since);
    Console.WriteLine($"{what}: {count} in {elapsed.TotalMilliseconds:F0} ms, {elapsed.TotalMicroseconds / Math.Max(1, count):F1} us each");
}
