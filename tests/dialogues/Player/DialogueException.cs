namespace MailStore.Dialogues;

/// <summary>The server did not do what the dialogue expects. The message says what, and holds what was said so far.</summary>
internal sealed class DialogueException(string message) : Exception(message);
