using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace MailStore.Dialogues;

/// <summary><c>tests/dialogues/run</c>: the dialogues with any LMTP server.</summary>
internal static class CommandLine
{
    private const string Usage = """
        tests/dialogues/run ADDRESS:PORT|unix:/PATH [DOMAIN] [--only TEXT] [--mailstore]
          DOMAIN        alice, bob and carol of this domain must be there, and nobody must not; example.org unless given
          --only TEXT   only dialogues whose file or title holds this text
          --mailstore   the server is MailStore: exact reply codes, and the dialogues marked 'mailstore only'
        What was stored is not looked at. Exit code 0: all as expected; 1: not; 64: called wrongly; 69: no such server.
        """;

    public static async Task<int> RunAsync(string[] arguments)
    {
        var words = arguments.ToList();
        var isMailStore = words.Remove("--mailstore");
        var only = Take(words, "--only") ?? "";
        if (words.Count is 0 or > 2 || words.Any(word => word.StartsWith('-')) || Parse(words[0]) is not { } server)
        {
            await Console.Error.WriteLineAsync(Usage);
            return 64;
        }

        var dialogues = DialogueReader.ReadAll(words.Count > 1 ? words[1] : "example.org");
        try
        {
            var target = await Target.AskAsync(server, CancellationToken.None) with { IsMailStore = isMailStore, Patience = TimeSpan.FromSeconds(15) };
            return await RunAsync(target, [.. dialogues.Where(dialogue => dialogue.ToString().Contains(only, StringComparison.OrdinalIgnoreCase))]);
        }
        catch (Exception e) when (e is SocketException or DialogueException)
        {
            await Console.Error.WriteLineAsync($"{words[0]}: {e.Message}");
            return 69;
        }
    }

    private static async Task<int> RunAsync(Target target, IReadOnlyList<Dialogue> dialogues)
    {
        int passed = 0, failed = 0, leftOut = 0;
        foreach (var dialogue in dialogues)
        {
            if (target.ReasonToLeaveOut(dialogue) is { } reason)
            {
                Console.WriteLine($"left out  {dialogue} ({reason})");
                leftOut++;
                continue;
            }

            foreach (var way in dialogue.IsAsWrittenOnly ? [Way.AsWritten] : Enum.GetValues<Way>())
            {
                try
                {
                    await using var player = new Player(target, dialogue, way);
                    await player.PlayAsync(CancellationToken.None);
                    passed++;
                }
                catch (DialogueException e)
                {
                    Console.WriteLine($"FAILED    {e.Message}");
                    failed++;
                }
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{passed} held, {failed} failed, {leftOut} dialogues left out"));
        return failed == 0 ? 0 : 1;
    }

    private static string? Take(List<string> words, string option)
    {
        var index = words.IndexOf(option);
        if (index < 0 || index + 1 == words.Count)
            return null;
        var value = words[index + 1];
        words.RemoveRange(index, 2);
        return value;
    }

    private static EndPoint? Parse(string text)
    {
        if (text.StartsWith("unix:", StringComparison.Ordinal))
            return new UnixDomainSocketEndPoint(text["unix:".Length..]);
        return IPEndPoint.TryParse(text.Replace("localhost:", "127.0.0.1:", StringComparison.Ordinal), out var address) && address.Port > 0 ? address : null;
    }
}
