namespace MailStore.LiteDb;

internal static class LiteDbUserDatabase;
