namespace MailStore.Creators;

internal static class TrialCreator;
