using System.Globalization;
using MailStore.Postgres.Users;
using MailStore.Sdk;
using MailStore.Sdk.Conformance;
using Microsoft.Extensions.Logging.Abstractions;

// A process of its own for what a test cannot do to itself: be killed, be frozen.
//   PostgresProbe peer CONNECTION SCHEMA   opens the user database, and does what the conformance kit tells it on standard input
//   PostgresProbe measure CONNECTION SCHEMA MAILS   stores so many mails into an empty schema, and says what storing and listing take
if (args[0] == "measure")
{
    await Measurement.RunAsync(args[1], args[2], int.Parse(args[3], CultureInfo.InvariantCulture));
    return;
}

var options = new PostgresUserDatabaseOptions { Connection = args[1], Schema = args[2], LockLease = TimeSpan.FromSeconds(2) };
await using var database = new PostgresUserDatabase(options, NullLogger<PostgresUserDatabase>.Instance, TimeProvider.System, new ModuleContext("postgres", "."));
await database.StartAsync(default);
await UserDatabasePeer.ServeAsync(database, Console.In, Console.Out, default);
await database.StopAsync(default);
