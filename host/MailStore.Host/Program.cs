using MailStore.Host.Commands;

return await CommandLine.RunAsync(args);
