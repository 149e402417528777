using MailStore.Host.Commands;

UnhandledExceptions.Install();
// not 'return': a thread that a module left behind would hold the process, and with it its supervisor
Environment.Exit(await CommandLine.RunAsync(args));
