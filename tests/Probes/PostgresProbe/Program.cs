using MailStore.Postgres.Users;
using MailStore.Sdk;
using MailStore.Sdk.Conformance;
using Microsoft.Extensions.Logging.Abstractions;

// A process of its own for what a test cannot do to itself: be killed, be frozen.
//   PostgresProbe peer CONNECTION SCHEMA   opens the user database, and does what the conformance kit tells it on standard input
var options = new PostgresUserDatabaseOptions { Connection = args[1], Schema = args[2], LockLease = TimeSpan.FromSeconds(2) };
await using var database = new PostgresUserDatabase(options, NullLogger<PostgresUserDatabase>.Instance, TimeProvider.System, new ModuleContext("postgres", "."));
await database.StartAsync(default);
await UserDatabasePeer.ServeAsync(database, Console.In, Console.Out, default);
await database.StopAsync(default);
