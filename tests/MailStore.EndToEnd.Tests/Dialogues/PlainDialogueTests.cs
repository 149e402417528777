using MailStore.Dialogues;

namespace MailStore.EndToEnd.Tests.Dialogues;

/// <summary>The dialogues about extensions that are not offered.</summary>
public sealed class PlainDialogueTests(PlainDialogueServer server) : IClassFixture<PlainDialogueServer>
{
    public static TheoryData<string> Titles => new(DialogueServer.Dialogues.Where(IsAboutWhatIsNotOffered).Select(dialogue => dialogue.ToString()));

    [Theory]
    [MemberData(nameof(Titles))]
    public Task The_server_does_what_the_dialogue_expects(string title) => DialogueTests.HoldAllWaysAsync(server, title);

    private static bool IsAboutWhatIsNotOffered(Dialogue dialogue) => dialogue.Needs.Any(need => need is "!DSN" or "!STARTTLS" or "!XFORWARD" or "!XCLIENT");
}
