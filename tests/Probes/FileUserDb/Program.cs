using System.Globalization;
using MailStore.Probes;
using MailStore.Sdk;
using MailStore.Sdk.Conformance;

// The other process of the conformance kit's cases.
//   FileUserDb DIRECTORY shared|alone LEASE_MILLISECONDS FLAW
var users = FileUserDatabase.Open(
    new ModuleContext("file", args[0]), args[1] == "shared", TimeSpan.FromMilliseconds(int.Parse(args[2], CultureInfo.InvariantCulture)), Enum.Parse<Flaw>(args[3]));
await users.StartAsync(default);
await UserDatabasePeer.ServeAsync(users, Console.In, Console.Out, default);
await users.StopAsync(default);
