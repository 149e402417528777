namespace MailStore.Maildir;

internal static class MaildirAgent;
