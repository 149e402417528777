namespace MailStore.EndToEnd.Tests.Dialogues;

/// <summary>One that offers nothing that has to be asked for.</summary>
public sealed class PlainDialogueServer : DialogueServer
{
    protected override string Extensions => "";
}
