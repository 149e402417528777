using MailStore.Dialogues;

return await CommandLine.RunAsync(args);
