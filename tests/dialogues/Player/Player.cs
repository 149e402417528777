using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace MailStore.Dialogues;

/// <summary>Holds one dialogue in one way, once.</summary>
internal sealed partial class Player(Target target, Dialogue dialogue, Way way) : IAsyncDisposable
{
    /// <summary>A write for each byte of this much at both ends of something long; what is between them goes in pieces.</summary>
    private const int LongestBytewise = 4096;

    /// <summary>RFC 2920, 3.1: these end a group. STARTTLS is of RFC 3207, 4; XCLIENT begins the session anew; BDAT may stand anywhere (RFC 3030, 4.2).</summary>
    private static readonly string[] EndsOfGroups = ["LHLO", "EHLO", "HELO", "DATA", "VRFY", "EXPN", "NOOP", "QUIT", "STARTTLS", "XCLIENT"];

    private readonly List<byte> _group = [];
    private readonly Queue<Step.Expect> _due = new();
    private readonly StringBuilder _said = new();
    private readonly CancellationTokenSource _patience = new();
    private Connection _connection = null!;
    private Task _sending = Task.CompletedTask;

    /// <exception cref="DialogueException">The server did otherwise than expected.</exception>
    public async Task PlayAsync(CancellationToken cancellationToken)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _patience.Token);
        _patience.CancelAfter(target.Patience);
        try
        {
            _connection = await Connection.OpenAsync(target.Server, both.Token);
            foreach (var step in dialogue.Steps)
                await TakeAsync(step, both.Token);
            await _sending;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw Failure($"nothing came for {target.Patience.TotalSeconds:F0} s");
        }
        catch (DialogueException e) when (e.Data.Count == 0)
        {
            throw Failure(e.Message);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _patience.CancelAsync();
        if (_connection is not null)
            await _connection.DisposeAsync();
        await ((Task)_sending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _patience.Dispose();
    }

    private async Task TakeAsync(Step step, CancellationToken cancellationToken)
    {
        switch (step)
        {
            case Step.Send send:
                if (way == Way.Pipelined)
                    _group.AddRange(send.Bytes);
                else
                    await WriteAsync(send.Bytes, cancellationToken);
                break;
            case Step.Expect expect:
                _due.Enqueue(expect);
                if (way != Way.Pipelined || EndsOfGroups.Contains(expect.Verb) || expect.Pattern.IsStartOfData)
                    await SettleAsync(cancellationToken);
                break;
            case Step.Pause pause:
                await Task.Delay(pause.Length, cancellationToken);
                break;
            case Step.Close:
                await SettleAsync(cancellationToken);
                await _sending;
                _connection.EndSending();
                _said.Append("close\n");
                break;
            case Step.Closed:
                await SettleAsync(cancellationToken);
                if (await _connection.ReadReplyAsync(cancellationToken) is { } more)
                    throw Failure($"the server should have closed the connection, and said {more}");
                break;
            case Step.StartTls:
                await _connection.StartTlsAsync(cancellationToken);
                break;
            case Step.Whatever:
                await SettleAsync(cancellationToken);
                await _sending;
                _connection.EndSending();
                while (await _connection.ReadReplyAsync(cancellationToken) is { } reply)
                    _said.Append(CultureInfo.InvariantCulture, $"S: {reply}\n");
                break;
        }
    }

    /// <summary>Sends what was kept, and reads what is due.</summary>
    private async Task SettleAsync(CancellationToken cancellationToken)
    {
        if (_group.Count > 0)
        {
            await _sending;
            // beside the reading: the server may have to be rid of its replies before it takes more
            _sending = WriteAsync([.. _group], cancellationToken);
            _group.Clear();
        }

        while (_due.TryDequeue(out var expected))
        {
            var reply = await _connection.ReadReplyAsync(cancellationToken);
            _patience.CancelAfter(target.Patience);
            if (reply is null)
                throw Failure($"'{expected.Pattern}' was expected, and the server closed the connection");
            _said.Append(CultureInfo.InvariantCulture, $"S: {reply}\n");
            if (!expected.Pattern.Matches(reply, inClassOnly: !target.IsMailStore))
                throw Failure($"'{expected.Pattern}' was expected, and '{reply}' came");
            CheckEnhanced(expected, reply);
        }
    }

    /// <summary>RFC 2034, 4: in all replies of the classes 2, 4 and 5 but the greeting and those to LHLO and its like.</summary>
    private void CheckEnhanced(Step.Expect expected, Reply reply)
    {
        if (reply.Class == '3' || expected.Verb is "" or "LHLO" or "EHLO" or "HELO" || (expected.Verb == "XCLIENT" && reply.Code == "220") || !target.Keywords.Contains("ENHANCEDSTATUSCODES"))
            return;
        foreach (var line in reply.Lines)
        {
            if (!EnhancedCode().IsMatch(line) || line[0] != reply.Class)
                throw Failure($"'{reply}' has no enhanced status code of its class");
        }
    }

    private async Task WriteAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        _said.Append(CultureInfo.InvariantCulture, $"C: {Escapes.Show(bytes)}\n");
        if (way != Way.Bytewise)
        {
            await _connection.SendAsync(bytes, cancellationToken);
            return;
        }

        for (var i = 0; i < bytes.Length;)
        {
            var length = i < LongestBytewise || i >= bytes.Length - LongestBytewise ? 1 : Math.Min(1 + (i % 1499), bytes.Length - LongestBytewise - i);
            await _connection.SendAsync(bytes.AsMemory(i, length), cancellationToken);
            i += length;
            // let the server see the piece alone, at least now and then
            if (i % 16 == 0)
                await Task.Yield();
        }
    }

    private DialogueException Failure(string message) =>
        new($"{dialogue} ({way}): {message}\n{_said}") { Data = { ["told"] = true } };

    [GeneratedRegex(@"^[245]\.\d{1,3}\.\d{1,3}( |$)")]
    private static partial Regex EnhancedCode();
}
