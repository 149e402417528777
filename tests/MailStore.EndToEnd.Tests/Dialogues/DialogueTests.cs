using MailStore.Dialogues;

namespace MailStore.EndToEnd.Tests.Dialogues;

/// <summary>The dialogues of <c>tests/dialogues</c> with a running server, each in three ways: as written, pipelined, byte by byte.</summary>
public sealed class DialogueTests(DialogueServer server) : IClassFixture<DialogueServer>
{
    public static TheoryData<string> Titles => new(DialogueServer.Dialogues.Select(dialogue => dialogue.ToString()));

    [Theory]
    [MemberData(nameof(Titles))]
    public Task The_server_does_what_the_dialogue_expects(string title) => HoldAllWaysAsync(server, title);

    internal static async Task HoldAllWaysAsync(DialogueServer server, string title)
    {
        var dialogue = DialogueServer.Dialogues.Single(dialogue => dialogue.ToString() == title);
        // which ones these may be is told by the test below
        if (server.Target.ReasonToLeaveOut(dialogue) is not null)
            return;
        foreach (var way in dialogue.IsAsWrittenOnly ? [Way.AsWritten] : Enum.GetValues<Way>())
        {
            if (dialogue.Difference is not { } difference)
                await HoldAsync(server, dialogue, way);
            else if (await Record.ExceptionAsync(() => HoldAsync(server, dialogue, way)) is null)
                Assert.Fail($"{dialogue} ({way}): as expected now; take out 'mailstore differs: {difference}'");
        }
    }

    [Fact]
    public void No_dialogue_is_left_out_once_the_server_has_its_extensions()
    {
        var needs = DialogueServer.Dialogues.SelectMany(dialogue => dialogue.Needs).Where(need => need[0] != '!').ToHashSet();
        var missing = needs.Where(need => !server.Target.Keywords.Contains(need));
        // they come together
        if (server.Target.Keywords.Contains("CHUNKING"))
            Assert.Empty(missing);
    }

    private static async Task HoldAsync(DialogueServer server, Dialogue dialogue, Way way)
    {
        try
        {
            await using var player = new Player(server.Target, dialogue, way);
            await player.PlayAsync(CancellationToken.None);
        }
        catch
        {
            // what it left behind is not the next one's
            server.TakeStored();
            throw;
        }

        var expected = dialogue.Stored.Select(mail => $"{mail.Recipient}: {Escapes.Show(mail.Mail)}").Order(StringComparer.Ordinal);
        var stored = server.TakeStored();
        Assert.Equal(expected, stored.Select(mail => $"{mail.Recipient}: {Escapes.Show(mail.Mail)}").Order(StringComparer.Ordinal));
        // what is shown is cut where it is long
        foreach (var (recipient, mail) in dialogue.Stored)
            Assert.Contains(stored, other => other.Recipient == recipient && other.Mail.AsSpan().SequenceEqual(mail));
    }
}
