using System.Globalization;
using System.Text.RegularExpressions;

namespace MailStore.Dialogues;

/// <summary>Reads the files of <c>tests/dialogues</c>; the syntax stands in the README there.</summary>
internal static partial class DialogueReader
{
    /// <summary>What leads to each state that a dialogue may begin in.</summary>
    private static readonly (string State, string[] Lines)[] States =
    [
        ("connect", ["S: 220"]),
        ("LHLO", ["C: LHLO client.example", "S: 250"]),
        ("MAIL", ["C: MAIL FROM:<sender@example.net>", "S: 250"]),
        ("RCPT", ["C: RCPT TO:<alice@example.org>", "S: 250"]),
        ("DATA", ["C: DATA", "S: 354"]),
    ];

    /// <param name="domain">Of the users whom the dialogues speak of.</param>
    public static IReadOnlyList<Dialogue> ReadAll(string domain = "example.org") =>
        [.. Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "texts"), "*.txt").Order(StringComparer.Ordinal)
            .SelectMany(file => Read(Path.GetFileNameWithoutExtension(file), File.ReadAllText(file).Replace("example.org", domain, StringComparison.Ordinal)))];

    /// <exception cref="FormatException">With file and line.</exception>
    public static IReadOnlyList<Dialogue> Read(string file, string text)
    {
        var dialogues = new List<Dialogue>();
        Draft? draft = null;
        var number = 0;
        foreach (var line in text.Split('\n'))
        {
            number++;
            try
            {
                if (line.StartsWith("# ", StringComparison.Ordinal))
                {
                    Finish();
                    draft = new Draft(file, number, line[2..]);
                }
                else if (line.Length > 0 && !line.StartsWith("//", StringComparison.Ordinal))
                {
                    (draft ?? throw new FormatException("a dialogue begins with '# ' and its title")).Add(line);
                }
            }
            catch (FormatException e)
            {
                throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"{file}.txt({number}): {e.Message}"), e);
            }
        }

        Finish();
        return dialogues;

        void Finish()
        {
            if (draft is not null)
                dialogues.Add(draft.Finish());
        }
    }

    [GeneratedRegex(@"^(?<side>[CS])(\*(?<times>\d+))?: ?(?<text>.*)$")]
    private static partial Regex Said();

    private sealed class Draft(string file, int line, string title)
    {
        private readonly List<Step> _steps = [];
        private readonly List<string> _needs = [];
        private readonly List<(string Recipient, byte[] Mail)> _stored = [];
        private bool _isMailStoreOnly;
        private bool _isAsWrittenOnly;
        private string? _difference;
        private string _verb = "";

        public void Add(string text)
        {
            var (word, rest) = text.IndexOf(' ', StringComparison.Ordinal) is > 0 and var space ? (text[..space], text[(space + 1)..]) : (text, "");
            if (Said().Match(text) is { Success: true } said)
                AddSaid(said);
            else if (word == "|" && _stored.Count > 0)
                _stored[^1] = (_stored[^1].Recipient, [.. _stored[^1].Mail, .. Escapes.Decode(rest, "\n")]);
            else if (text == "mailstore only")
                _isMailStoreOnly = true;
            else if (text == "as written only")
                _isAsWrittenOnly = true;
            else if (word == "needs" && rest.Length > 0)
                _needs.AddRange(rest.Split(' '));
            else if (text.StartsWith("mailstore differs: ", StringComparison.Ordinal))
                _difference = text["mailstore differs: ".Length..];
            else if (word == "stored" && rest.Length > 0)
                _stored.Add((rest, []));
            else if (_steps.Count == 0 && word == "after")
                Reach(rest);
            else
                _steps.Add(Other(word, rest) ?? throw new FormatException($"not a line of a dialogue: '{text}'"));
        }

        public Dialogue Finish()
        {
            // a reply too many or too few shows at the end
            if (_steps.Count == 0)
                throw new FormatException(string.Create(CultureInfo.InvariantCulture, $"{file}.txt({line}): '{title}' has no steps"));
            if (_steps[^1] is not (Step.Closed or Step.Whatever))
            {
                if (_steps[^1] is not Step.Close)
                {
                    Add("C: QUIT");
                    Add("S: 221");
                }

                _steps.Add(new Step.Closed());
            }

            return new Dialogue(file, line, title)
            {
                Steps = _steps,
                Needs = _needs,
                IsMailStoreOnly = _isMailStoreOnly,
                IsAsWrittenOnly = _isAsWrittenOnly,
                Difference = _difference,
                Stored = _stored,
            };
        }

        private static Step? Other(string word, string rest) => (word, rest) switch
        {
            ("pause", _) => new Step.Pause(TimeSpan.FromMilliseconds(int.Parse(rest, NumberStyles.None, CultureInfo.InvariantCulture))),
            ("close", "") => new Step.Close(),
            ("closed", "") => new Step.Closed(),
            ("tls", "") => new Step.StartTls(),
            ("whatever", "") => new Step.Whatever(),
            _ => null,
        };

        private void AddSaid(Match said)
        {
            var times = said.Groups["times"] is { Success: true } group ? int.Parse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture) : 1;
            var text = said.Groups["text"].Value;
            if (said.Groups["side"].Value == "S")
            {
                _steps.AddRange(Enumerable.Repeat(new Step.Expect(ReplyPattern.Parse(text), _verb), times));
                return;
            }

            var bytes = Escapes.Decode(text, "\r\n");
            _verb = new string([.. text.TakeWhile(char.IsAsciiLetter)]).ToUpperInvariant();
            _steps.Add(new Step.Send([.. Enumerable.Repeat(bytes, times).SelectMany(x => x)], _verb));
        }

        private void Reach(string state)
        {
            if (!States.Any(known => known.State == state))
                throw new FormatException($"no such state: '{state}'; there are {string.Join(", ", States.Select(known => known.State))}");
            foreach (var (name, lines) in States)
            {
                foreach (var step in lines)
                    Add(step);
                if (name == state)
                    return;
            }
        }
    }
}
