using MailStore.Dialogues;
using MailStore.EndToEnd.Tests.Fuzzing;

namespace MailStore.EndToEnd.Tests.Dialogues;

/// <summary>The dialogues themselves: what they expect is held against a model of the protocol, and their reader tells mistakes.</summary>
public sealed class DialogueTextTests
{
    public static TheoryData<string> Titles => new(DialogueServer.Dialogues.Where(HasOneOutcome).Select(dialogue => dialogue.ToString()));

    [Fact]
    public void There_are_dialogues_enough_and_none_twice()
    {
        Assert.True(DialogueServer.Dialogues.Count >= 400, $"there are only {DialogueServer.Dialogues.Count}");
        Assert.Empty(DialogueServer.Dialogues.GroupBy(dialogue => (dialogue.File, dialogue.Title)).Where(group => group.Count() > 1).Select(group => group.Key));
    }

    [Theory]
    [MemberData(nameof(Titles))]
    public void A_dialogue_expects_as_many_replies_and_mails_as_the_protocol_says(string title)
    {
        var dialogue = DialogueServer.Dialogues.Single(dialogue => dialogue.ToString() == title);
        byte[] wire = [.. dialogue.Steps.OfType<Step.Send>().SelectMany(step => step.Bytes)];
        var model = new ReplyModel(wire, endsAtBareLf: false, knowsChunks: !dialogue.Needs.Contains("!CHUNKING"));
        // the first of the codes that are allowed
        var replies = dialogue.Steps.OfType<Step.Expect>().Select(step => new Reply(step.Pattern.ToString()[..3], [""])).ToList();
        Assert.Null(model.Check(replies));
        Assert.Equal(dialogue.Stored.Select(mail => Escapes.Show(mail.Mail)), model.Acknowledged.Select(mail => Escapes.Show(mail)));
    }

    [Theory]
    [InlineData("C: NOOP", "texts.txt(1): a dialogue begins with '# ' and its title")]
    [InlineData("# x\nafter LHLO\nNOOP", "texts.txt(3): not a line of a dialogue: 'NOOP'")]
    [InlineData("# x\nafter lunch", "texts.txt(2): no such state: 'lunch'; there are connect, LHLO, MAIL, RCPT, DATA")]
    [InlineData("# x\nafter LHLO\nS: yes", "texts.txt(3): not a reply: 'yes'")]
    [InlineData("# x\nafter LHLO\nC: \\q", "texts.txt(3): no such escape: \\q")]
    [InlineData("# x\n", "texts.txt(1): 'x' has no steps")]
    public void A_mistake_in_a_dialogue_is_told_with_its_line(string text, string message) =>
        Assert.Equal(message, Assert.Throws<FormatException>(() => DialogueReader.Read("texts", text)).Message);

    /// <summary>The model does not know that what comes in one write with STARTTLS ends the session.</summary>
    private static bool HasOneOutcome(Dialogue dialogue) => !dialogue.Steps.Any(step =>
        step is Step.Whatever or Step.StartTls || (step is Step.Send send && send.Bytes.AsSpan().StartsWith("STARTTLS\r\nLHLO"u8)));
}
